// Written by `npm run build` in api/web.
&[
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-CazVN6lY.css", include_bytes!("assets/index-CazVN6lY.css.br").as_slice()),
    ("index-lu9PGEbD.js", include_bytes!("assets/index-lu9PGEbD.js.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("vendor-EKEtpubF.js", include_bytes!("assets/vendor-EKEtpubF.js.br").as_slice()),
]
