// Written by `npm run build` in api/web.
&[
    ("agency-map-BYeVFAcL.js", include_bytes!("assets/agency-map-BYeVFAcL.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-5EmVH5v7.js", include_bytes!("assets/counties-5EmVH5v7.js.br").as_slice()),
    ("county-map-kwDqzVLy.js", include_bytes!("assets/county-map-kwDqzVLy.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-C-F30h0I.css", include_bytes!("assets/index-C-F30h0I.css.br").as_slice()),
    ("index-DJRnlnIs.js", include_bytes!("assets/index-DJRnlnIs.js.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-DTBLC6wL.js", include_bytes!("assets/view-DTBLC6wL.js.br").as_slice()),
]
