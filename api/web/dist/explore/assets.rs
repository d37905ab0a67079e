// Written by `npm run build` in api/web.
&[
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-BeFCRYZp.js", include_bytes!("assets/index-BeFCRYZp.js.br").as_slice()),
    ("index-DyP7DS68.css", include_bytes!("assets/index-DyP7DS68.css.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("vendor-B2eC3-Tl.js", include_bytes!("assets/vendor-B2eC3-Tl.js.br").as_slice()),
]
