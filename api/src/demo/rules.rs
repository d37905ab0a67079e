//! The rules of each program: who may receive an award, what it pays, how long it runs, and the form of its number.

use entity::kind::{AgencyKind, OrganizationKind};

/// Who may receive an award.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Eligible {
    /// Any local, state or tribal agency.
    Any,
    /// Agencies of places with fewer than 50,000 people.
    Small,
    /// Tribal agencies.
    Tribal,
    /// State agencies.
    State,
}

impl Eligible {
    /// Whether an agency of this kind and population may receive an award.
    pub(super) fn admits(self, kind: AgencyKind, population: i32) -> bool {
        match self {
            Self::Any => kind != AgencyKind::Federal,
            Self::Small => population < 50_000 && !Self::State.admits(kind, population),
            Self::Tribal => kind == AgencyKind::Tribal,
            Self::State => matches!(kind, AgencyKind::StatePolice | AgencyKind::StateAgency),
        }
    }
}

/// The rules of one program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// Which agencies may receive an award.
    pub(super) eligible: Eligible,
    /// The kinds of organizations that may receive one.
    pub(super) organizations: &'static [OrganizationKind],
    /// The smallest fraction of an officer that is funded, in tenths.
    pub(super) unit: i64,
    /// The cap in dollars, per officer, or per award if it does not fund officers. Real awards exceed caps, so it only
    /// shapes the spread of amounts.
    pub(super) cap: Option<i64>,
    /// The recipient's share of the cost.
    pub(super) local: f64,
    /// The duration in months.
    pub(super) months: u32,
    /// The share of awards that fund officers, if the program funds any.
    pub(super) with_officers: f64,
    /// The program's letter in award numbers.
    pub(super) letter: char,
    /// The title of an award.
    pub(super) title: &'static str,
}

/// The rules of a program, by its code, in a fiscal year.
#[rustfmt::skip]
pub(super) fn of(program: Option<&str>, year: Option<i32>) -> Rules {
    use OrganizationKind::{Business, CountyGovernment, MunicipalGovernment, Nonprofit, SchoolDistrict, StateGovernment, Tribe, University};
    let hiring = Rules {
        eligible: Eligible::Any,
        organizations: &[MunicipalGovernment, CountyGovernment],
        unit: 10, cap: Some(75_000), local: 0.25, months: 36, with_officers: 1.0,
        letter: 'X', title: "Hiring of community policing officers",
    };
    let project = Rules { unit: 0, cap: None, local: 0.0, months: 24, with_officers: 0.0, ..hiring };
    match program {
        Some("PHS") => Rules { letter: 'P', ..hiring },
        Some("PHASE_I") => Rules { letter: 'A', ..hiring },
        Some("AHEAD") => Rules { letter: 'E', ..hiring },
        Some("FAST") => Rules { eligible: Eligible::Small, unit: 5, letter: 'F', ..hiring },
        Some("UHP") => Rules { letter: 'M', ..hiring },
        Some("MORE") => Rules {
            unit: 1, cap: None, months: 12, letter: 'R', title: "Technology and civilians that free officers for the street", ..hiring
        },
        Some("CIS") => Rules { cap: Some(125_000), local: 0.0, letter: 'S', title: "School resource officers", ..hiring },
        Some("CHRP") => Rules { cap: None, local: 0.0, letter: 'K', title: "Hiring and keeping of career officers", ..hiring },
        Some("CHP") => Rules {
            cap: Some(if year < Some(2012) { 260_000 } else { 125_000 }),
            local: if year < Some(2012) { 0.0 } else { 0.25 },
            months: if year < Some(2020) { 36 } else { 60 }, letter: 'U', ..hiring
        },
        Some("TRGP") => Rules {
            eligible: Eligible::Tribal, organizations: &[Tribe], cap: None, local: 0.0, with_officers: 0.5,
            letter: 'H', title: "Officers, equipment and training of tribal police", ..hiring
        },
        Some("SOS") => Rules {
            organizations: &[SchoolDistrict, MunicipalGovernment], local: 0.5, letter: 'L',
            title: "Safety measures at schools", ..project
        },
        Some("SVPP") => Rules {
            organizations: &[SchoolDistrict], cap: Some(500_000), local: 0.25, months: 36, letter: 'V',
            title: "Prevention of violence at schools", ..project
        },
        Some("CAMP") => Rules { eligible: Eligible::State, letter: 'C', title: "Enforcement against methamphetamine", ..project },
        Some("AHTF") => Rules { eligible: Eligible::State, letter: 'T', title: "Task force against heroin and opioids", ..project },
        Some("CPD") => Rules {
            organizations: &[University, Nonprofit, Nonprofit, Business], letter: 'D',
            title: "Development of community policing practice", ..project
        },
        Some("CPD_MICROGRANTS") => Rules {
            organizations: &[University, Nonprofit], cap: Some(175_000), months: 12, letter: 'G',
            title: "Small project in community policing", ..project
        },
        Some("LEMHWA") => Rules {
            organizations: &[Nonprofit, University], cap: Some(200_000), letter: 'W',
            title: "Mental health and wellness of officers", ..project
        },
        _ => Rules {
            organizations: &[MunicipalGovernment, StateGovernment, Nonprofit],
            letter: 'X', title: "Law enforcement technology and equipment", ..project
        },
    }
}
