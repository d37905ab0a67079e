// Written by `npm run build` in api/web.
&[
    ("agency-map-G9m-28rw.js", include_bytes!("assets/agency-map-G9m-28rw.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-ue3UuZq_.js", include_bytes!("assets/counties-ue3UuZq_.js.br").as_slice()),
    ("county-map-Ct9yjN14.js", include_bytes!("assets/county-map-Ct9yjN14.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-ClqqXUo_.js", include_bytes!("assets/index-ClqqXUo_.js.br").as_slice()),
    ("index-YBFSddoz.css", include_bytes!("assets/index-YBFSddoz.css.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-D7SM4KQW.js", include_bytes!("assets/view-D7SM4KQW.js.br").as_slice()),
]
