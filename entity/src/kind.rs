//! The enums, stored in the database as the text that GraphQL shows.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;

/// Declares enums that are SCREAMING_SNAKE_CASE text both in the database and in GraphQL.
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
    /// The kinds of law enforcement agencies.
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
        /// Any other kind.
        Other,
    }

    /// The kinds of organizations among recipients, providers and partners.
    OrganizationKind {
        /// The government of a city, town, village or township.
        MunicipalGovernment,
        /// The government of a county.
        CountyGovernment,
        /// The government of a state or one of its departments.
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
        /// Any other kind.
        Other,
    }

    /// The regions of the United States as defined by the Census Bureau.
    CensusRegion {
        /// New England and the Middle Atlantic.
        Northeast,
        /// The East North Central and the West North Central.
        Midwest,
        /// The South Atlantic, the East South Central and the West South Central.
        South,
        /// The Mountain and the Pacific divisions.
        West,
    }

    /// The divisions of the census regions as defined by the Census Bureau.
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

    /// The purposes of funding programs.
    ProgramCategory {
        /// Hiring or rehiring officers.
        Hiring,
        /// Technology and civilian staff that free officers for street duty.
        Technology,
        /// School safety.
        SchoolSafety,
        /// Tribal law enforcement.
        Tribal,
        /// Drug enforcement.
        DrugEnforcement,
        /// The practice of community policing: training, technical assistance, innovation.
        CommunityPolicing,
        /// Officer health and wellness.
        Wellness,
    }

    /// The types of awards, following the assistance types of USAspending.
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

    /// The status of an award.
    GrantStatus {
        /// The period of performance has not ended.
        Open,
        /// The award has ended and is closed out.
        Closed,
        /// The recipient withdrew before drawing any money.
        Withdrawn,
        /// The award was ended early.
        Terminated,
    }

    /// How an award puts an officer on the street.
    OfficerKind {
        /// A new position, or an existing one that was not funded.
        NewHire,
        /// An officer who had been laid off is hired again.
        RehireLaidOff,
        /// An officer who was about to be laid off stays.
        RehirePendingLayoff,
        /// Time of serving officers freed by technology or civilian staff, in full-time equivalents.
        Redeployed,
    }

    /// How a course is given.
    Modality {
        /// In person.
        InPerson,
        /// Over the internet.
        Online,
        /// Partly in person, partly over the internet.
        Hybrid,
    }

    /// The roles in which people are trained.
    TraineeRole {
        /// Sworn or civilian staff of a law enforcement agency.
        LawEnforcement,
        /// A member of the community.
        CommunityMember,
        /// A leader in local, state or tribal government.
        GovernmentLeader,
    }

    /// The subjects of publications, as the office classifies them.
    PublicationTopic {
        /// Trust between the police and the people they serve.
        BuildingTrust,
        /// Officer health and wellness.
        OfficerWellness,
        /// School safety.
        SchoolSafety,
        /// The practice of community policing.
        CommunityPolicing,
        /// Crime problems and their solutions.
        ProblemSolving,
    }

    /// The subjects of measures.
    MeasureCategory {
        /// Agency staff.
        Staffing,
        /// The people that agencies serve.
        Population,
        /// Offenses known to the police.
        Offense,
        /// Offenses cleared by arrest or otherwise.
        Clearance,
    }

    /// The reasons to read a value with care.
    OutcomeFlag {
        /// The filing cannot be right, such as a count below zero, or more officers than a fifth of the population.
        Implausible,
        /// Another agency counts this agency's population, so its own population is filed as zero.
        CountedElsewhere,
        /// The publisher states a caveat in `note`.
        Caveat,
    }

    /// What a published figure counts.
    FigureMetric {
        /// Money invested since the office began, in dollars.
        DollarsInvested,
        /// Money awarded, in dollars.
        DollarsAwarded,
        /// Money obligated in federal fiscal years, in dollars.
        DollarsObligated,
        /// Money that Congress made available, net of rescissions, in dollars.
        BudgetAuthority,
        /// Different agencies that received an award.
        AgenciesFunded,
        /// Officers whose funding was approved; fractions are full-time equivalents.
        OfficersFunded,
        /// People trained.
        PeopleTrained,
        /// Copies of publications distributed.
        PublicationsDistributed,
    }

    /// The level of a value: an agency, a state or the nation. The levels contain each other, so do not add up values
    /// of different levels.
    OutcomeLevel {
        /// One agency.
        Agency,
        /// A state, as estimated by its reporting program or the FBI.
        State,
        /// The nation, as estimated by the FBI.
        Nation,
    }

    /// How exact a published figure claims to be.
    Qualifier {
        /// The exact number.
        Exact,
        /// Rounded up or down.
        About,
        /// Rounded up: the true number is slightly lower.
        Nearly,
        /// A lower bound: the true number is higher.
        MoreThan,
    }

    /// How the recipient of an award was identified.
    MatchedBy {
        /// An agency, by the ORI that the source gives.
        Ori,
        /// An organization, by the unique entity identifier (UEI) that the source gives.
        Uei,
        /// The only agency of that name in the state, or else an organization of that name.
        Name,
        /// The only police department of the city, town, village, borough or township whose government the source
        /// names.
        Municipality,
        /// The only sheriff of the county whose government the source names, or the only agency of a city that is
        /// its own county.
        County,
        /// A person decided which agency the recipient is, or that it is an organization in its own right.
        Reviewed,
    }

    /// The kinds of sources that describe awards.
    ClaimOrigin {
        /// USAspending, the federal record of obligations.
        Usaspending,
        /// A list of awards, such as those published by the COPS Office.
        AwardList,
    }

    /// The fields of an award that sources make claims about.
    ClaimField {
        /// The recipient, by its name as printed in the source.
        Recipient,
        /// The program, by its code.
        Program,
        /// The Assistance Listing number.
        AssistanceListing,
        /// The type of award.
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
        /// The money that the recipient contributes, in dollars.
        LocalMatch,
        /// The cost of the whole project, in dollars.
        ProjectTotal,
        /// The federal money paid out, in dollars.
        Outlayed,
        /// The status of the award.
        Status,
        /// The title or description.
        Title,
    }

    /// The kinds of sources.
    SourceKind {
        /// A publication: a page, a report, a statistic.
        Publication,
        /// A data file that was loaded.
        File,
        /// The built-in generator of synthetic data.
        Synthetic,
    }
}
