// Written by `npm run build` in api/web.
&[
    ("agency-map-BwL8mrS9.js", include_bytes!("assets/agency-map-BwL8mrS9.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-DLBgxGS7.js", include_bytes!("assets/counties-DLBgxGS7.js.br").as_slice()),
    ("county-map-Szk-BK9T.js", include_bytes!("assets/county-map-Szk-BK9T.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-C0icB_tj.css", include_bytes!("assets/index-C0icB_tj.css.br").as_slice()),
    ("index-ZUem5MUJ.js", include_bytes!("assets/index-ZUem5MUJ.js.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-CsUCivrQ.js", include_bytes!("assets/view-CsUCivrQ.js.br").as_slice()),
]
