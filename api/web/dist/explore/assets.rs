// Written by `npm run build` in api/web.
&[
    ("agency-map-SvtQpZ4C.js", include_bytes!("assets/agency-map-SvtQpZ4C.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-pTtm9f6O.js", include_bytes!("assets/counties-pTtm9f6O.js.br").as_slice()),
    ("county-map-B77RdcWr.js", include_bytes!("assets/county-map-B77RdcWr.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-CIrCyUHZ.css", include_bytes!("assets/index-CIrCyUHZ.css.br").as_slice()),
    ("index-DiDeYnd9.js", include_bytes!("assets/index-DiDeYnd9.js.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-CJhX1j29.js", include_bytes!("assets/view-CJhX1j29.js.br").as_slice()),
]
