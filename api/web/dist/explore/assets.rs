// Written by `npm run build` in api/web.
&[
    ("agency-map-C1fu0Xq7.js", include_bytes!("assets/agency-map-C1fu0Xq7.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-BVKLdEXd.js", include_bytes!("assets/counties-BVKLdEXd.js.br").as_slice()),
    ("county-map-CNAXEDAj.js", include_bytes!("assets/county-map-CNAXEDAj.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-B5Cp89L1.js", include_bytes!("assets/index-B5Cp89L1.js.br").as_slice()),
    ("index-zlh7wmKZ.css", include_bytes!("assets/index-zlh7wmKZ.css.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-BvzSGMeG.js", include_bytes!("assets/view-BvzSGMeG.js.br").as_slice()),
]
