//! The closed sets: an enum each, kept in the database as the text that GraphQL shows.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;

/// Declares enums that are text in the database and SCREAMING_SNAKE_CASE in both worlds.
///
/// `closed_set! { /** doc */ Name { /** doc */ First, /** doc */ Second } }` becomes an enum with the
/// derives of SeaORM and async-graphql.
macro_rules! closed_set {
    ($($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Enum)]
        #[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name {
            $($(#[$value_doc])* $value,)+
        }
    )+};
}

closed_set! {
    /// What sort of law enforcement agency it is.
    AgencyKind {
        /// A police department of a city, town or village.
        MunicipalPolice,
        /// A police department of a county.
        CountyPolice,
        /// A sheriff's office.
        Sheriff,
        /// A state police or highway patrol, or one of its posts.
        StatePolice,
        /// Another agency of a state, such as a bureau of investigation or a park police.
        StateAgency,
        /// The police of a federally recognized tribe.
        Tribal,
        /// The police of a university or college.
        Campus,
        /// The police of a school district.
        SchoolDistrict,
        /// A constable or marshal.
        Constable,
        /// A task force of several agencies.
        TaskForce,
        /// A special jurisdiction: transit, airport, port, hospital, park.
        SpecialJurisdiction,
        /// A federal agency.
        Federal,
        /// None of the other kinds.
        Other,
    }

    /// What sort of organization a recipient, provider or partner is.
    OrganizationKind {
        /// The government of a city, town, village or township.
        MunicipalGovernment,
        /// The government of a county.
        CountyGovernment,
        /// The government of a state, or a department of it.
        StateGovernment,
        /// A federally recognized tribe.
        Tribe,
        /// A school district, or a school that is its own district.
        SchoolDistrict,
        /// A university or college.
        University,
        /// A nonprofit organization.
        Nonprofit,
        /// A business.
        Business,
        /// A company that makes films.
        FilmProductionCompany,
        /// None of the other kinds.
        Other,
    }

    /// A region of the United States, as the Census Bureau divides them.
    CensusRegion {
        /// New England and the Middle Atlantic.
        Northeast,
        /// The East North Central and the West North Central.
        Midwest,
        /// The South Atlantic, the East South Central and the West South Central.
        South,
        /// The Mountain and the Pacific division.
        West,
    }

    /// A division of the United States, as the Census Bureau divides its regions.
    CensusDivision {
        /// In the Northeast: CT, MA, ME, NH, RI, VT.
        NewEngland,
        /// In the Northeast: NJ, NY, PA.
        MiddleAtlantic,
        /// In the Midwest: IL, IN, MI, OH, WI.
        EastNorthCentral,
        /// In the Midwest: IA, KS, MN, MO, ND, NE, SD.
        WestNorthCentral,
        /// In the South: DC, DE, FL, GA, MD, NC, SC, VA, WV.
        SouthAtlantic,
        /// In the South: AL, KY, MS, TN.
        EastSouthCentral,
        /// In the South: AR, LA, OK, TX.
        WestSouthCentral,
        /// In the West: AZ, CO, ID, MT, NM, NV, UT, WY.
        Mountain,
        /// In the West: AK, CA, HI, OR, WA.
        Pacific,
    }

    /// What a funding program is for.
    ProgramCategory {
        /// Hiring or rehiring officers.
        Hiring,
        /// Technology and civilians that free officers for the street.
        Technology,
        /// Safety of schools.
        SchoolSafety,
        /// Law enforcement of tribes.
        Tribal,
        /// Enforcement against drugs.
        DrugEnforcement,
        /// The practice of community policing: training, technical assistance, innovation.
        CommunityPolicing,
        /// Health and wellness of officers.
        Wellness,
    }

    /// The instrument by which an award is made, after the assistance types of USAspending.
    Instrument {
        /// A block grant (type 02).
        BlockGrant,
        /// A formula grant (type 03).
        FormulaGrant,
        /// A project grant (type 04).
        ProjectGrant,
        /// A cooperative agreement (type 05).
        CooperativeAgreement,
    }

    /// Where an award is in its life.
    GrantStatus {
        /// The period of performance runs.
        Open,
        /// The award has ended and is closed out.
        Closed,
        /// The recipient withdrew before it drew any money.
        Withdrawn,
        /// The award was ended early.
        Terminated,
    }

    /// How an award puts an officer on the street.
    OfficerKind {
        /// A new position, or an existing one that had no funding.
        NewHire,
        /// An officer who had been laid off is hired again.
        RehireLaidOff,
        /// An officer who was about to be laid off stays.
        RehirePendingLayoff,
        /// Time of serving officers set free by technology or civilians, in full-time equivalents.
        Redeployed,
    }

    /// How a course is given.
    Modality {
        /// In a room.
        InPerson,
        /// Over the internet.
        Online,
        /// Part in a room, part over the internet.
        Hybrid,
    }

    /// In what role a person was trained.
    TraineeRole {
        /// Sworn or civilian staff of a law enforcement agency.
        LawEnforcement,
        /// A member of the community.
        CommunityMember,
        /// A leader in local, state or tribal government.
        GovernmentLeader,
    }

    /// The subject of a publication, as the office files it.
    PublicationTopic {
        /// Trust between the police and those they serve.
        BuildingTrust,
        /// Health and wellness of officers.
        OfficerWellness,
        /// Safety of schools.
        SchoolSafety,
        /// The practice of community policing.
        CommunityPolicing,
        /// Crime problems and how they were solved.
        ProblemSolving,
    }

    /// What a measure is about.
    MeasureCategory {
        /// The staff of agencies.
        Staffing,
        /// The people whom agencies serve.
        Population,
        /// Offenses known to the police.
        Offense,
        /// Offenses cleared by arrest or otherwise.
        Clearance,
    }

    /// Why a value should be read with care.
    OutcomeFlag {
        /// The filing cannot be right, such as more officers than a fifth of the people, or a count
        /// below zero.
        Implausible,
        /// The agency's people are counted by another agency, so its population is filed as zero.
        CountedElsewhere,
        /// The publisher says why, in `note`.
        Caveat,
    }

    /// What a published figure counts.
    FigureMetric {
        /// Money invested since the office began, in dollars.
        DollarsInvested,
        /// Money awarded, in dollars.
        DollarsAwarded,
        /// Money obligated in a federal fiscal year, in dollars.
        DollarsObligated,
        /// Money that Congress made available, net of rescissions, in dollars.
        BudgetAuthority,
        /// Distinct agencies that got an award.
        AgenciesFunded,
        /// Officers whose funding was approved; fractions are full-time equivalents.
        OfficersFunded,
        /// People trained.
        PeopleTrained,
        /// Copies of publications given out.
        PublicationsDistributed,
    }

    /// Whom a value is of. Agencies are in states, and states in the nation: what is of one is in that of the other,
    /// so values of several levels are never added up.
    OutcomeLevel {
        /// One agency.
        Agency,
        /// A state, as its program or the FBI estimates it.
        State,
        /// The nation, as the FBI estimates it.
        Nation,
    }

    /// How exact a published figure says it is.
    Qualifier {
        /// The number itself.
        Exact,
        /// Rounded, to either side.
        About,
        /// Rounded up: the truth is a little less.
        Nearly,
        /// A floor: the truth is more.
        MoreThan,
    }

    /// How the recipient of an award was found.
    MatchedBy {
        /// An agency, by its ORI, which the source gives.
        Ori,
        /// An organization, by the unique entity identifier that the source gives.
        Uei,
        /// The only agency of the state that has the name; or else an organization of the name.
        Name,
        /// The only police department of the city, town, village, borough or township whose government the source names.
        Municipality,
        /// The only sheriff of the county whose government the source names; or the only agency of a city that is its own
        /// county.
        County,
        /// A person decided which agency the recipient is, or that it is an organization of its own.
        Reviewed,
    }

    /// The kinds of sources that tell of awards.
    ClaimOrigin {
        /// USAspending, the government's record of what was obligated.
        Usaspending,
        /// A list of awards, such as the COPS Office publishes.
        AwardList,
    }

    /// The fields of an award that sources make claims about.
    ClaimField {
        /// The recipient, by the name that the source prints.
        Recipient,
        /// The program, by its code.
        Program,
        /// The Assistance Listing number.
        AssistanceListing,
        /// The instrument.
        Instrument,
        /// The fiscal year of the program.
        FiscalYear,
        /// The day of the announcement.
        AnnouncedOn,
        /// The day of the first obligation.
        ObligatedOn,
        /// The first day of the period of performance.
        PeriodStart,
        /// The last day of the period of performance.
        PeriodEnd,
        /// The last day of the period of performance as first set.
        OriginalPeriodEnd,
        /// The federal money, in dollars.
        FederalShare,
        /// The money that the recipient adds, in dollars.
        LocalMatch,
        /// The cost of the whole project, in dollars.
        ProjectTotal,
        /// The federal money paid out, in dollars.
        Outlayed,
        /// Where the award is in its life.
        Status,
        /// The title or description.
        Title,
    }

    /// What kind of thing a source is.
    SourceKind {
        /// Something published: a page, a report, a statistic.
        Publication,
        /// A data file that was loaded.
        File,
        /// The generator inside the program: these rows are made up.
        Synthetic,
    }
}
