// Written by `npm run build` in api/web.
&[
    ("agency-map-sRVaegO1.js", include_bytes!("assets/agency-map-sRVaegO1.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-BJHB0Aqt.js", include_bytes!("assets/counties-BJHB0Aqt.js.br").as_slice()),
    ("county-map-BYUQxUCF.js", include_bytes!("assets/county-map-BYUQxUCF.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-C-LMujfg.js", include_bytes!("assets/index-C-LMujfg.js.br").as_slice()),
    ("index-CIrCyUHZ.css", include_bytes!("assets/index-CIrCyUHZ.css.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-7W_e56Mo.js", include_bytes!("assets/projection-7W_e56Mo.js.br").as_slice()),
    ("vendor-acqVrkor.js", include_bytes!("assets/vendor-acqVrkor.js.br").as_slice()),
    ("view-ODunK17r.js", include_bytes!("assets/view-ODunK17r.js.br").as_slice()),
]
