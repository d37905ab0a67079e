// Written by `npm run build` in api/web.
&[
    ("agency-map-C7tfA_WA.js", include_bytes!("assets/agency-map-C7tfA_WA.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-guutRVyl.js", include_bytes!("assets/counties-guutRVyl.js.br").as_slice()),
    ("county-map-BUJXqGaj.js", include_bytes!("assets/county-map-BUJXqGaj.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-2QvZCx6M.js", include_bytes!("assets/index-2QvZCx6M.js.br").as_slice()),
    ("index-BAt2yN-u.css", include_bytes!("assets/index-BAt2yN-u.css.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-BE967pYh.js", include_bytes!("assets/view-BE967pYh.js.br").as_slice()),
]
