// Written by `npm run build` in api/web.
&[
    ("agency-map-poqd0Ts0.js", include_bytes!("assets/agency-map-poqd0Ts0.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-arLZuSKz.js", include_bytes!("assets/counties-arLZuSKz.js.br").as_slice()),
    ("county-map-DblLhOCh.js", include_bytes!("assets/county-map-DblLhOCh.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-3C89505c.js", include_bytes!("assets/index-3C89505c.js.br").as_slice()),
    ("index-CDSLmZxB.css", include_bytes!("assets/index-CDSLmZxB.css.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-CY54gQTT.js", include_bytes!("assets/view-CY54gQTT.js.br").as_slice()),
]
