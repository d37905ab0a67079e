// Written by `npm run build` in api/web.
&[
    ("agency-map-jfU9agfY.js", include_bytes!("assets/agency-map-jfU9agfY.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-CzC_CFxW.js", include_bytes!("assets/counties-CzC_CFxW.js.br").as_slice()),
    ("county-map-Ckle5ZoC.js", include_bytes!("assets/county-map-Ckle5ZoC.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-CLyeyfAZ.js", include_bytes!("assets/index-CLyeyfAZ.js.br").as_slice()),
    ("index-YBFSddoz.css", include_bytes!("assets/index-YBFSddoz.css.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-oDqWCDKf.js", include_bytes!("assets/view-oDqWCDKf.js.br").as_slice()),
]
