// Written by `npm run build` in api/web.
&[
    ("agency-map-R2WDSQyY.js", include_bytes!("assets/agency-map-R2WDSQyY.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-BjlC2G96.js", include_bytes!("assets/counties-BjlC2G96.js.br").as_slice()),
    ("county-map-l6GiFbOD.js", include_bytes!("assets/county-map-l6GiFbOD.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-BU4Ulnp2.js", include_bytes!("assets/index-BU4Ulnp2.js.br").as_slice()),
    ("index-CDSLmZxB.css", include_bytes!("assets/index-CDSLmZxB.css.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-mhhCByqa.js", include_bytes!("assets/view-mhhCByqa.js.br").as_slice()),
]
