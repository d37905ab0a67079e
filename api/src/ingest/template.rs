//! Files to begin with, for the formats whose columns are ours, and how to tell a format by its
//! columns.

use super::Format;

const TRAINEES: &str = "\
# One row a person and training session. Lines that begin with # are comments.
# session_code    the code of the session at whoever gave it; the same in all of its rows. Loading a
#                 session again replaces all of its rows.
# training_title  the title of the course
# provider        who gave the course
# session_start   the first day, as 2024-10-01
# session_end     the last day
# session_state   the state in which it took place, as CA; empty where it was online
# modality        IN_PERSON, ONLINE or HYBRID
# role            LAW_ENFORCEMENT, COMMUNITY_MEMBER or GOVERNMENT_LEADER
# agency_ori      the ORI of the agency that the person works for, nine characters or seven; the
#                 agency must have been loaded. Empty for others.
# completed_on    the day on which the person completed the course; empty where it was not completed
# hours           the hours that the person was trained, with at most one decimal
# No column may tell who a person is: no name, address, e-mail, phone, birth date or badge number.
session_code,training_title,provider,session_start,session_end,session_state,modality,role,agency_ori,completed_on,hours
2024-017,Tactical De-Escalation,Example Institute,2024-10-01,2024-10-02,CA,IN_PERSON,LAW_ENFORCEMENT,CA0194200,2024-10-02,16
2024-017,Tactical De-Escalation,Example Institute,2024-10-01,2024-10-02,CA,IN_PERSON,COMMUNITY_MEMBER,,,7.5
";

const TRAININGS: &str = "\
# One row a course. Lines that begin with # are comments. A course is known by its title.
# title         the title of the course
# acronym       its short name
# provider      the organization that gives it
# topics        what it teaches, with | between topics
# hours         its length, with at most one decimal
# modality      IN_PERSON, ONLINE or HYBRID
# certified_by  who certifies it
# first_year    the year in which it was first given
# note          anything else
title,acronym,provider,topics,hours,modality,certified_by,first_year,note
Tactical De-Escalation,TDE,Example Institute,de-escalation|communication,16,IN_PERSON,,2019,
Problem Solving Online,,Example Institute,problem solving,3.5,ONLINE,Example Board,2021,self-paced
";

const AWARD_LIST: &str = "\
# What the columns of an award list mean. Save it beside the list, as LIST.csv.toml.
# A field that is not named here is read from the column of its own name, where there is one.

# field = the name of its column. The fields are:
#   award_number, program, fiscal_year, recipient, state, city, ori, uei, listing, instrument, title,
#   federal_share, local_match, project_total, status, announced_on, obligated_on, period_start,
#   period_end, original_period_end, officers, officer_kind, requested, accepted, hired, retained,
#   school_resource_officers, veterans, part_time
[columns]
recipient = \"Law Enforcement Agency\"
state = \"State\"
officers = \"Positions Awarded\"
federal_share = \"Award Amount\"

# field = what holds for all rows that have no value of their own.
[constants]
program = \"CHP\"
fiscal_year = 2020
";

/// A file to begin with, for the formats that need one.
#[must_use]
pub fn template(format: Format) -> Option<&'static str> {
    match format {
        Format::Trainees => Some(TRAINEES),
        Format::Trainings => Some(TRAININGS),
        Format::AwardList => Some(AWARD_LIST),
        Format::Usaspending
        | Format::FbiAgencies
        | Format::Leaic
        | Format::FbiEmployees
        | Format::FbiOffenses
        | Format::FbiEstimates => None,
    }
}

/// Columns by which a format is told from the others.
const TELLING: &[(&str, &[&str])] = &[
    ("usaspending", &["assistance_award_unique_key"]),
    ("usaspending", &["award_id_fain"]),
    ("leaic", &["ori9", "ori7"]),
    ("fbi-agencies", &["ori", "agency_type_name", "edited_name"]),
    ("fbi-agencies", &["ori", "zip", "lat", "lng"]),
    ("fbi-employees", &["ori", "officer_ct"]),
    ("fbi-employees", &["ori", "total_officers"]),
    ("fbi-offenses", &["year", "actual_murder"]),
    ("fbi-estimates", &["state_abbr", "violent_crime"]),
    ("trainees", &["session_code", "role"]),
    ("trainings", &["title", "provider"]),
    ("award-list", &["recipient"]),
];

/// The format that a header looks like.
pub(crate) fn resembling(header: &[String]) -> Option<&'static str> {
    let has = |name: &&str| header.iter().any(|column| column.trim().eq_ignore_ascii_case(name));
    TELLING.iter().find(|(_, columns)| columns.iter().all(has)).map(|(format, _)| *format)
}
