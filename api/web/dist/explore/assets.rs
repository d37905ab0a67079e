// Written by `npm run build` in api/web.
&[
    ("agency-map-DgK6wcZ6.js", include_bytes!("assets/agency-map-DgK6wcZ6.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-CVPOKZkN.js", include_bytes!("assets/counties-CVPOKZkN.js.br").as_slice()),
    ("county-map-DK4M-vcx.js", include_bytes!("assets/county-map-DK4M-vcx.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-BAt2yN-u.css", include_bytes!("assets/index-BAt2yN-u.css.br").as_slice()),
    ("index-C2QYc6N6.js", include_bytes!("assets/index-C2QYc6N6.js.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-D749W1oE.js", include_bytes!("assets/view-D749W1oE.js.br").as_slice()),
]
