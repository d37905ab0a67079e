// Written by `npm run build` in api/web.
&[
    ("agency-map-clFoztWj.js", include_bytes!("assets/agency-map-clFoztWj.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-DYoWpJG_.js", include_bytes!("assets/counties-DYoWpJG_.js.br").as_slice()),
    ("county-map-BWvryZWq.js", include_bytes!("assets/county-map-BWvryZWq.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-CDSLmZxB.css", include_bytes!("assets/index-CDSLmZxB.css.br").as_slice()),
    ("index-sjcRmQ0E.js", include_bytes!("assets/index-sjcRmQ0E.js.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-CJA1u7Ot.js", include_bytes!("assets/view-CJA1u7Ot.js.br").as_slice()),
]
