// Written by `npm run build` in api/web.
&[
    ("agency-map-dLWpDipj.js", include_bytes!("assets/agency-map-dLWpDipj.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-CphutjBU.js", include_bytes!("assets/counties-CphutjBU.js.br").as_slice()),
    ("county-map-Bw6v8KRa.js", include_bytes!("assets/county-map-Bw6v8KRa.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-BKDzrLrd.css", include_bytes!("assets/index-BKDzrLrd.css.br").as_slice()),
    ("index-DjMvZhBW.js", include_bytes!("assets/index-DjMvZhBW.js.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-DuwDayE2.js", include_bytes!("assets/view-DuwDayE2.js.br").as_slice()),
]
