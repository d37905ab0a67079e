// Written by `npm run build` in api/web.
&[
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-COpbP3Di.js", include_bytes!("assets/counties-COpbP3Di.js.br").as_slice()),
    ("county-map-BG31olj7.js", include_bytes!("assets/county-map-BG31olj7.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-DnRCGXR2.js", include_bytes!("assets/index-DnRCGXR2.js.br").as_slice()),
    ("index-rWZkOgUK.css", include_bytes!("assets/index-rWZkOgUK.css.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("vendor-BWsyS1yr.js", include_bytes!("assets/vendor-BWsyS1yr.js.br").as_slice()),
]
