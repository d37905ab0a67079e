//! The plan: the volume of every program in every fiscal year.
//!
//! The published figures fix some of these numbers and limit the rest, so they are listed one by one, and the generator
//! only decides who receives the awards. If a figure covers several rows (`UHP` 1995 to 1999, all programs of 1994 to
//! 2001), the rows add up to it. Years without published figures follow the budget authority.
//!
//! An award without a program is one whose source does not name it: technology, equipment and methamphetamine projects
//! that Congress earmarked.

#![expect(clippy::inconsistent_digit_grouping, reason = "a last digit set apart is the tenths")]

use chrono::NaiveDate;

/// One row of the plan: the awards of one program in one fiscal year.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlanCell {
    /// The fiscal year; none if the source does not give one.
    pub(super) year: Option<i32>,
    /// The code of the program; none if the source does not give one.
    pub(super) program: Option<&'static str>,
    /// The number of awards.
    pub(super) awards: u32,
    /// How many of them go to organizations. The others go to agencies, each to a different one.
    pub(super) to_organizations: u32,
    /// Funded officers, in tenths.
    pub(super) officers: i64,
    /// The federal share, in dollars.
    pub(super) dollars: i64,
    /// The federal fiscal year whose obligations this row brings to the published total. `dollars` is then only the
    /// amount without this adjustment.
    pub(super) balances: Option<i32>,
}

const fn cell(
    year: i32,
    program: &'static str,
    awards: u32,
    to_organizations: u32,
    officers: i64,
    dollars: i64,
) -> PlanCell {
    PlanCell {
        year: Some(year),
        program: Some(program),
        awards,
        to_organizations,
        officers,
        dollars,
        balances: None,
    }
}

const fn unnamed(year: i32, awards: u32, dollars: i64) -> PlanCell {
    PlanCell { program: None, ..cell(year, "", awards, awards / 20, 0, dollars) }
}

const fn balancing(year: i32, awards: u32, dollars: i64, of: i32) -> PlanCell {
    PlanCell { balances: Some(of), ..unnamed(year, awards, dollars) }
}

impl PlanCell {
    /// The first and last days on which awards of the row were announced. They are chosen so that every figure holds
    /// both for its fiscal years and for what was announced by its as-of date.
    pub(super) fn announced(&self) -> (NaiveDate, NaiveDate) {
        let day = |year, month, day| {
            NaiveDate::from_ymd_opt(year, month, day).expect("a day of the calendar")
        };
        let Some(year) = self.year else { return (day(2004, 1, 5), day(2009, 9, 20)) };
        match (year, self.program) {
            (..=1998, _) => (day(year - 1, 10, 15), day(year, 9, 25)),
            // The audit of 1999 counts until February 11, and the money was obligated by then.
            (1999, _) => (day(1998, 10, 5), day(1999, 1, 15)),
            (2017, Some("CHP")) => (day(2017, 11, 20), day(2017, 11, 20)),
            (2020, Some("CHP")) => (day(2020, 6, 2), day(2020, 6, 2)),
            (2021, Some("CHP" | "SVPP")) => (day(2021, 11, 18), day(2021, 11, 18)),
            (2022, _) => (day(2022, 9, 26), day(2022, 11, 18)),
            (2023, _) if self.balances == Some(2023) => (day(2023, 3, 1), day(2023, 8, 31)),
            (2023, Some("CHP" | "SVPP") | None) => (day(2023, 9, 18), day(2023, 11, 15)),
            (2024, _) => (day(2024, 8, 12), day(2024, 9, 17)),
            _ => (day(year, 5, 10), day(year, 9, 25)),
        }
    }

    /// The first day on which an award's money may have been obligated.
    pub(super) fn obligated_from(&self) -> Option<NaiveDate> {
        match (self.year, self.program, self.balances) {
            (Some(2022), ..) => NaiveDate::from_ymd_opt(2022, 10, 1),
            (Some(2023), Some("CHP" | "SVPP"), _) | (.., Some(2024)) => {
                NaiveDate::from_ymd_opt(2023, 10, 2)
            }
            _ => None,
        }
    }
}

/// The plan, in the order in which awards are generated. The rows of 2002 end with the largest program, and the
/// balancing rows come last.
#[rustfmt::skip]
pub(super) const PLAN: &[PlanCell] = &[
    cell(1993, "PHS", 90, 0, 700_0, 51_900_000),
    cell(1994, "PHS", 160, 0, 1_303_0, 96_521_993),
    cell(1994, "PHASE_I", 390, 0, 2_570_0, 189_027_136),
    cell(1994, "AHEAD", 600, 0, 1_900_0, 135_000_000),
    cell(1994, "FAST", 2_250, 0, 2_000_0, 130_400_000),
    cell(1995, "AHEAD", 800, 0, 2_076_0, 147_944_668),
    cell(1995, "FAST", 4_500, 0, 4_049_5, 264_022_013),
    cell(1995, "UHP", 1_200, 0, 8_000_0, 576_000_000),
    cell(1995, "MORE", 1_000, 0, 12_500_0, 300_000_000),
    cell(1996, "UHP", 1_300, 0, 9_800_0, 707_000_000),
    cell(1996, "MORE", 900, 0, 8_400_0, 235_000_000),
    cell(1997, "UHP", 1_600, 0, 9_200_0, 666_000_000),
    cell(1998, "UHP", 1_500, 0, 8_800_0, 638_000_000),
    cell(1998, "MORE", 1_300, 0, 10_951_7, 311_924_476),
    cell(1999, "UHP", 1_100, 0, 6_074_0, 440_412_482),
    cell(1999, "MORE", 600, 0, 4_000_0, 120_000_000),
    cell(2000, "UHP", 1_000, 0, 4_500_0, 331_000_000),
    cell(2000, "MORE", 650, 0, 2_600_0, 182_000_000),
    cell(2000, "CIS", 850, 0, 1_500_0, 172_000_000),
    cell(2000, "TRGP", 120, 10, 300_0, 80_000_000),
    cell(2000, "CPD", 250, 120, 0, 160_000_000),
    unnamed(2000, 300, 334_000_000),
    cell(2001, "UHP", 900, 0, 4_150_0, 305_000_000),
    cell(2001, "MORE", 600, 0, 2_200_0, 176_000_000),
    cell(2001, "CIS", 850, 0, 1_450_0, 168_000_000),
    cell(2001, "TRGP", 120, 10, 300_0, 85_000_000),
    cell(2001, "CPD", 300, 140, 0, 220_000_000),
    unnamed(2001, 350, 460_000_000),
    cell(2002, "TRGP", 110, 0, 150_0, 35_000_000),
    cell(2002, "CIS", 650, 0, 1_100_0, 127_000_000),
    cell(2002, "SOS", 190, 0, 0, 20_000_000),
    cell(2002, "CPD", 150, 0, 0, 59_000_000),
    cell(2002, "MORE", 300, 0, 700_0, 63_000_000),
    PlanCell { to_organizations: 0, ..unnamed(2002, 350, 247_000_000) },
    cell(2002, "UHP", 550, 0, 1_600_0, 117_000_000),
    cell(2003, "CIS", 700, 0, 1_100_0, 128_000_000),
    cell(2003, "UHP", 350, 0, 1_000_0, 74_000_000),
    cell(2003, "TRGP", 110, 10, 150_0, 35_000_000),
    cell(2003, "SOS", 200, 40, 0, 22_000_000),
    cell(2003, "CPD", 200, 110, 0, 80_000_000),
    unnamed(2003, 220, 151_000_000),
    cell(2004, "CIS", 550, 0, 850_0, 98_000_000),
    cell(2004, "UHP", 250, 0, 700_0, 52_000_000),
    cell(2004, "TRGP", 100, 10, 120_0, 25_000_000),
    cell(2004, "SOS", 190, 40, 0, 20_000_000),
    cell(2004, "CPD", 170, 95, 0, 60_000_000),
    unnamed(2004, 200, 125_000_000),
    cell(2005, "CIS", 380, 0, 565_0, 66_500_000),
    cell(2005, "UHP", 45, 0, 100_0, 7_500_000),
    cell(2005, "TRGP", 90, 10, 110_0, 20_000_000),
    cell(2005, "SOS", 150, 30, 0, 15_000_000),
    cell(2005, "CPD", 180, 100, 0, 70_000_000),
    unnamed(2005, 200, 140_000_000),
    cell(2006, "TRGP", 80, 10, 80_0, 15_000_000),
    cell(2006, "SOS", 150, 30, 0, 14_000_000),
    cell(2006, "CPD", 180, 100, 0, 76_000_000),
    unnamed(2006, 200, 100_000_000),
    cell(2007, "TRGP", 80, 10, 80_0, 16_000_000),
    cell(2007, "SOS", 150, 30, 0, 14_500_000),
    cell(2007, "CPD", 200, 110, 0, 90_000_000),
    unnamed(2007, 230, 134_500_000),
    cell(2008, "UHP", 90, 0, 270_0, 20_000_000),
    cell(2008, "TRGP", 80, 10, 80_0, 15_000_000),
    cell(2008, "SOS", 140, 30, 0, 13_000_000),
    cell(2008, "CPD", 180, 100, 0, 50_000_000),
    unnamed(2008, 200, 82_000_000),
    cell(2009, "CHRP", 1_046, 0, 4_699_0, 999_900_000),
    cell(2009, "TRGP", 110, 15, 150_0, 25_000_000),
    cell(2009, "SOS", 150, 30, 0, 15_000_000),
    cell(2009, "CPD", 120, 70, 0, 30_000_000),
    unnamed(2009, 50, 20_000_000),
    cell(2010, "CHP", 379, 0, 1_388_0, 298_000_000),
    cell(2010, "TRGP", 110, 15, 160_0, 30_000_000),
    cell(2010, "SOS", 160, 30, 0, 16_000_000),
    cell(2010, "CPD", 130, 75, 0, 40_000_000),
    unnamed(2010, 50, 20_000_000),
    cell(2011, "CHP", 238, 0, 1_021_0, 243_400_000),
    cell(2011, "TRGP", 100, 15, 120_0, 25_000_000),
    cell(2011, "SOS", 130, 30, 0, 13_000_000),
    cell(2011, "CPD", 80, 50, 0, 20_000_000),
    cell(2012, "CHP", 221, 0, 800_0, 111_000_000),
    cell(2012, "TRGP", 90, 12, 90_0, 24_000_000),
    cell(2012, "CPD", 70, 45, 0, 15_000_000),
    cell(2013, "CHP", 266, 0, 937_0, 127_000_000),
    cell(2013, "TRGP", 80, 12, 70_0, 20_000_000),
    cell(2013, "CPD", 60, 40, 0, 12_000_000),
    cell(2013, "CPD_MICROGRANTS", 25, 5, 0, 1_000_000),
    cell(2014, "CHP", 215, 0, 944_0, 123_900_000),
    cell(2014, "TRGP", 80, 12, 60_0, 20_000_000),
    cell(2014, "CAMP", 8, 0, 0, 6_000_000),
    cell(2014, "AHTF", 8, 0, 0, 7_000_000),
    cell(2014, "CPD", 60, 40, 0, 12_000_000),
    cell(2014, "CPD_MICROGRANTS", 30, 5, 0, 1_000_000),
    cell(2015, "CHP", 209, 0, 866_0, 113_000_000),
    cell(2015, "TRGP", 75, 12, 60_0, 21_000_000),
    cell(2015, "CAMP", 9, 0, 0, 7_000_000),
    cell(2015, "AHTF", 8, 0, 0, 7_000_000),
    cell(2015, "CPD", 55, 35, 0, 11_000_000),
    cell(2015, "CPD_MICROGRANTS", 30, 5, 0, 1_000_000),
    cell(2016, "CHP", 184, 0, 896_0, 119_100_000),
    cell(2016, "TRGP", 75, 12, 55_0, 23_000_000),
    cell(2016, "CAMP", 8, 0, 0, 6_000_000),
    cell(2016, "AHTF", 8, 0, 0, 7_000_000),
    cell(2016, "CPD", 50, 35, 0, 9_000_000),
    cell(2016, "CPD_MICROGRANTS", 30, 5, 0, 1_000_000),
    cell(2017, "CHP", 179, 0, 802_0, 98_495_397),
    cell(2017, "TRGP", 70, 12, 50_0, 24_000_000),
    cell(2017, "CAMP", 9, 0, 0, 7_000_000),
    cell(2017, "AHTF", 10, 0, 0, 10_000_000),
    cell(2017, "CPD", 50, 35, 0, 9_000_000),
    cell(2017, "CPD_MICROGRANTS", 30, 5, 0, 1_000_000),
    cell(2018, "CHP", 120, 0, 450_0, 56_000_000),
    cell(2018, "SVPP", 91, 0, 0, 24_900_000),
    cell(2018, "TRGP", 70, 12, 45_0, 24_000_000),
    cell(2018, "CAMP", 9, 0, 0, 7_000_000),
    cell(2018, "AHTF", 14, 0, 0, 32_000_000),
    cell(2018, "CPD", 50, 35, 0, 8_000_000),
    cell(2018, "CPD_MICROGRANTS", 28, 5, 0, 1_000_000),
    cell(2019, "CHP", 100, 0, 350_0, 43_500_000),
    cell(2019, "SVPP", 140, 85, 0, 53_000_000),
    cell(2019, "TRGP", 65, 12, 45_0, 25_000_000),
    cell(2019, "CAMP", 10, 0, 0, 8_000_000),
    cell(2019, "AHTF", 14, 0, 0, 30_000_000),
    cell(2019, "CPD", 50, 35, 0, 9_500_000),
    cell(2019, "CPD_MICROGRANTS", 30, 5, 0, 1_000_000),
    cell(2019, "LEMHWA", 20, 4, 0, 2_000_000),
    cell(2020, "CHP", 596, 0, 2_732_0, 393_954_911),
    cell(2020, "SVPP", 135, 85, 0, 49_000_000),
    cell(2020, "TRGP", 65, 12, 50_0, 25_000_000),
    cell(2020, "CAMP", 12, 0, 0, 13_000_000),
    cell(2020, "AHTF", 15, 0, 0, 31_000_000),
    cell(2020, "CPD", 60, 40, 0, 17_000_000),
    cell(2020, "CPD_MICROGRANTS", 35, 5, 0, 1_500_000),
    cell(2020, "LEMHWA", 41, 6, 0, 4_200_000),
    cell(2021, "CHP", 183, 0, 1_066_0, 138_500_000),
    cell(2021, "SVPP", 153, 0, 0, 51_930_021),
    cell(2021, "TRGP", 65, 12, 50_0, 25_000_000),
    cell(2021, "CAMP", 13, 0, 0, 15_000_000),
    cell(2021, "AHTF", 14, 0, 0, 28_000_000),
    cell(2021, "CPD", 80, 50, 0, 27_000_000),
    cell(2021, "CPD_MICROGRANTS", 40, 6, 0, 3_000_000),
    cell(2021, "LEMHWA", 60, 8, 0, 7_000_000),
    cell(2022, "CHP", 180, 0, 973_0, 139_400_000),
    cell(2022, "SVPP", 120, 75, 0, 40_000_000),
    cell(2022, "TRGP", 60, 12, 50_0, 20_000_000),
    cell(2022, "CAMP", 8, 0, 0, 5_000_000),
    cell(2022, "AHTF", 10, 0, 0, 9_000_000),
    cell(2022, "CPD", 50, 30, 0, 10_000_000),
    cell(2022, "CPD_MICROGRANTS", 35, 5, 0, 2_000_000),
    cell(2022, "LEMHWA", 45, 6, 0, 5_000_000),
    cell(2023, "CHP", 395, 0, 1_730_0, 217_000_000),
    cell(2023, "SVPP", 195, 125, 0, 73_000_000),
    cell(2023, "TRGP", 65, 12, 60_0, 33_000_000),
    cell(2023, "CAMP", 16, 0, 0, 16_000_000),
    cell(2023, "AHTF", 18, 0, 0, 35_000_000),
    cell(2023, "CPD", 110, 70, 0, 42_000_000),
    cell(2023, "CPD_MICROGRANTS", 50, 8, 0, 4_000_000),
    cell(2023, "LEMHWA", 85, 10, 0, 9_900_000),
    cell(2024, "CHP", 235, 0, 1_190_0, 157_200_000),
    cell(2024, "SVPP", 190, 120, 0, 73_000_000),
    cell(2024, "TRGP", 65, 12, 40_0, 33_000_000),
    cell(2024, "CAMP", 15, 0, 0, 16_000_000),
    cell(2024, "AHTF", 17, 0, 0, 35_000_000),
    cell(2024, "CPD", 110, 70, 0, 46_000_000),
    cell(2024, "CPD_MICROGRANTS", 45, 8, 0, 4_000_000),
    cell(2024, "LEMHWA", 80, 10, 0, 9_800_000),
    unnamed(2024, 320, 230_000_000),
    cell(2025, "CHP", 230, 0, 1_200_0, 156_500_000),
    cell(2025, "SVPP", 185, 120, 0, 73_000_000),
    cell(2025, "TRGP", 60, 12, 40_0, 30_000_000),
    cell(2025, "CAMP", 15, 0, 0, 15_000_000),
    cell(2025, "AHTF", 15, 0, 0, 33_000_000),
    cell(2025, "CPD", 80, 50, 0, 30_000_000),
    cell(2025, "CPD_MICROGRANTS", 40, 6, 0, 3_000_000),
    cell(2025, "LEMHWA", 70, 10, 0, 9_000_000),
    unnamed(2025, 60, 62_000_000),
    PlanCell { year: None, ..unnamed(0, 60, 9_000_000) },
    balancing(2023, 150, 110_000_000, 2023),
    balancing(2023, 230, 200_000_000, 2024),
];

/// The maximum number of agencies that a part of the plan reaches. Until the limit is reached, awards go to agencies
/// without an award in the part; after that, to agencies that have one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reach {
    /// All programs together.
    Ever,
    /// All programs of 2002.
    Year2002,
    /// One program.
    Program(&'static str),
}

/// The parts of the plan with a published number of agencies.
pub(super) const REACHES: &[(Reach, u32)] = &[
    (Reach::Ever, 13_130),
    (Reach::Year2002, 1_916),
    (Reach::Program("FAST"), 6_750),
    (Reach::Program("CIS"), 3_030),
];

impl Reach {
    /// Whether the row is in the part.
    pub(super) fn covers(self, cell: &PlanCell) -> bool {
        match self {
            Self::Ever => true,
            Self::Year2002 => cell.year == Some(2002),
            Self::Program(code) => cell.program == Some(code),
        }
    }
}

/// The obligations of a federal fiscal year under assistance listing 16.710, in cents, as published.
pub(super) const OBLIGATED: &[(i32, i64)] = &[(2023, 513_701_374_09), (2024, 1_029_213_389_60)];
