// Written by `npm run build` in api/web.
&[
    ("agency-map-CIRhXT79.js", include_bytes!("assets/agency-map-CIRhXT79.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-DEKoKgd1.js", include_bytes!("assets/counties-DEKoKgd1.js.br").as_slice()),
    ("county-map-Hpkh1nsj.js", include_bytes!("assets/county-map-Hpkh1nsj.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-BAt2yN-u.css", include_bytes!("assets/index-BAt2yN-u.css.br").as_slice()),
    ("index-Bm1PZYv-.js", include_bytes!("assets/index-Bm1PZYv-.js.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-Bk2-Wya8.js", include_bytes!("assets/view-Bk2-Wya8.js.br").as_slice()),
]
