// Written by `npm run build` in api/web.
&[
    ("agency-map-Bqd-DSEa.js", include_bytes!("assets/agency-map-Bqd-DSEa.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-CA0R3IM6.js", include_bytes!("assets/counties-CA0R3IM6.js.br").as_slice()),
    ("county-map-CToJ-8IV.js", include_bytes!("assets/county-map-CToJ-8IV.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-BAt2yN-u.css", include_bytes!("assets/index-BAt2yN-u.css.br").as_slice()),
    ("index-o7VmMuuf.js", include_bytes!("assets/index-o7VmMuuf.js.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-Cn88ozpY.js", include_bytes!("assets/view-Cn88ozpY.js.br").as_slice()),
]
