// Written by `npm run build` in api/web.
&[
    ("agency-map-CLJSe-yz.js", include_bytes!("assets/agency-map-CLJSe-yz.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-BVhcx3Ra.js", include_bytes!("assets/counties-BVhcx3Ra.js.br").as_slice()),
    ("county-map-B9LyyA48.js", include_bytes!("assets/county-map-B9LyyA48.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-CDSLmZxB.css", include_bytes!("assets/index-CDSLmZxB.css.br").as_slice()),
    ("index-CpgaScLK.js", include_bytes!("assets/index-CpgaScLK.js.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-DkxND3o8.js", include_bytes!("assets/view-DkxND3o8.js.br").as_slice()),
]
