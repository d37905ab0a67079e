// Written by `npm run build` in api/web.
&[
    ("agency-map-Coc70Lmc.js", include_bytes!("assets/agency-map-Coc70Lmc.js.br").as_slice()),
    ("counties-10m-DpgHsZh_.json", include_bytes!("assets/counties-10m-DpgHsZh_.json.br").as_slice()),
    ("counties-oJCg0V5g.js", include_bytes!("assets/counties-oJCg0V5g.js.br").as_slice()),
    ("county-map-De3hrqvO.js", include_bytes!("assets/county-map-De3hrqvO.js.br").as_slice()),
    ("icon-Dj7ll8XN.svg", include_bytes!("assets/icon-Dj7ll8XN.svg.br").as_slice()),
    ("index-C0icB_tj.css", include_bytes!("assets/index-C0icB_tj.css.br").as_slice()),
    ("index-J8vadjvl.js", include_bytes!("assets/index-J8vadjvl.js.br").as_slice()),
    ("licenses.md", include_bytes!("assets/licenses.md.br").as_slice()),
    ("projection-CpOpHWCh.js", include_bytes!("assets/projection-CpOpHWCh.js.br").as_slice()),
    ("vendor-BUTos1XF.js", include_bytes!("assets/vendor-BUTos1XF.js.br").as_slice()),
    ("view-BO8OBTpx.js", include_bytes!("assets/view-BO8OBTpx.js.br").as_slice()),
]
