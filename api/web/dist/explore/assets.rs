// Written by `npm run build` in api/web.
&[
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-BZpntzLg.js", include_bytes!("assets/counties-BZpntzLg.js.br").as_slice()),
    ("county-map-C7lbUQoC.js", include_bytes!("assets/county-map-C7lbUQoC.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-6nnydbxb.js", include_bytes!("assets/index-6nnydbxb.js.br").as_slice()),
    ("index-C7CfaEz0.css", include_bytes!("assets/index-C7CfaEz0.css.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("vendor-BWsyS1yr.js", include_bytes!("assets/vendor-BWsyS1yr.js.br").as_slice()),
]
