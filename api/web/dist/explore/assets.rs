// Written by `npm run build` in api/web.
&[
    ("agency-map-Bs1SdCHp.js", include_bytes!("assets/agency-map-Bs1SdCHp.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-ZmKZkgAP.js", include_bytes!("assets/counties-ZmKZkgAP.js.br").as_slice()),
    ("county-map-D3P93IUI.js", include_bytes!("assets/county-map-D3P93IUI.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-BAt2yN-u.css", include_bytes!("assets/index-BAt2yN-u.css.br").as_slice()),
    ("index-C7dO2GSx.js", include_bytes!("assets/index-C7dO2GSx.js.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-k3LPiXC2.js", include_bytes!("assets/view-k3LPiXC2.js.br").as_slice()),
]
