// Written by `npm run build` in api/web.
&[
    ("agency-map-CaMFKcKE.js", include_bytes!("assets/agency-map-CaMFKcKE.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-Coe-9oTf.js", include_bytes!("assets/counties-Coe-9oTf.js.br").as_slice()),
    ("county-map-bcoIyppw.js", include_bytes!("assets/county-map-bcoIyppw.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-B5gObpDo.css", include_bytes!("assets/index-B5gObpDo.css.br").as_slice()),
    ("index-DqMGgolY.js", include_bytes!("assets/index-DqMGgolY.js.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-CI7XxzGe.js", include_bytes!("assets/view-CI7XxzGe.js.br").as_slice()),
]
