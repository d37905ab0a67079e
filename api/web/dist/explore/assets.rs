// Written by `npm run build` in api/web.
&[
    ("agency-map-CPmfSuiz.js", include_bytes!("assets/agency-map-CPmfSuiz.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-CC3-xAEI.js", include_bytes!("assets/counties-CC3-xAEI.js.br").as_slice()),
    ("county-map-au5LM1Nv.js", include_bytes!("assets/county-map-au5LM1Nv.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-BT7dt7cT.js", include_bytes!("assets/index-BT7dt7cT.js.br").as_slice()),
    ("index-DVoZfpZr.css", include_bytes!("assets/index-DVoZfpZr.css.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-Oky2lEAq.js", include_bytes!("assets/view-Oky2lEAq.js.br").as_slice()),
]
