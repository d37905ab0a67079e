// Written by `npm run build` in api/web.
&[
    ("agency-map-pIX7gsiw.js", include_bytes!("assets/agency-map-pIX7gsiw.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-DOMaOChm.js", include_bytes!("assets/counties-DOMaOChm.js.br").as_slice()),
    ("county-map-ajj_7oKI.js", include_bytes!("assets/county-map-ajj_7oKI.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-BAt2yN-u.css", include_bytes!("assets/index-BAt2yN-u.css.br").as_slice()),
    ("index-LMvxWEHY.js", include_bytes!("assets/index-LMvxWEHY.js.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-Dj3YsxnH.js", include_bytes!("assets/view-Dj3YsxnH.js.br").as_slice()),
]
