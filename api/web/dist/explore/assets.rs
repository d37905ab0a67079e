// Written by `npm run build` in api/web.
&[
    ("agency-map-DaVULlwt.js", include_bytes!("assets/agency-map-DaVULlwt.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-DvIGU1Vj.js", include_bytes!("assets/counties-DvIGU1Vj.js.br").as_slice()),
    ("county-map-DQNoL7ep.js", include_bytes!("assets/county-map-DQNoL7ep.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-BAt2yN-u.css", include_bytes!("assets/index-BAt2yN-u.css.br").as_slice()),
    ("index-DYafajtW.js", include_bytes!("assets/index-DYafajtW.js.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-C7Bs8wex.js", include_bytes!("assets/view-C7Bs8wex.js.br").as_slice()),
]
