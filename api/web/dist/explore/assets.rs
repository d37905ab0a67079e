// Written by `npm run build` in api/web.
&[
    ("agency-map-yVyeqSRJ.js", include_bytes!("assets/agency-map-yVyeqSRJ.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-DEX18xB_.js", include_bytes!("assets/counties-DEX18xB_.js.br").as_slice()),
    ("county-map-VdgM0tuh.js", include_bytes!("assets/county-map-VdgM0tuh.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-BKDzrLrd.css", include_bytes!("assets/index-BKDzrLrd.css.br").as_slice()),
    ("index-CWTYXiZZ.js", include_bytes!("assets/index-CWTYXiZZ.js.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-Bm7gImD6.js", include_bytes!("assets/view-Bm7gImD6.js.br").as_slice()),
]
