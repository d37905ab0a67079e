// Written by `npm run build` in api/web.
&[
    ("agency-map-bHBO1xMc.js", include_bytes!("assets/agency-map-bHBO1xMc.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-CKrLjt-m.js", include_bytes!("assets/counties-CKrLjt-m.js.br").as_slice()),
    ("county-map-D8o3T0Sr.js", include_bytes!("assets/county-map-D8o3T0Sr.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-CeIGlBgt.js", include_bytes!("assets/index-CeIGlBgt.js.br").as_slice()),
    ("index-YBFSddoz.css", include_bytes!("assets/index-YBFSddoz.css.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-D0DsVkla.js", include_bytes!("assets/view-D0DsVkla.js.br").as_slice()),
]
