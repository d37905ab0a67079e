// The measures to choose from: what each counts, how to read it from an answer, and how to format it.
import type { GrantMeasure, MeasureFragment, OverviewQuery } from "./operations";
import { dollars, dollarsEach, officers, people, short, whole } from "../../chart/numbers";

export type MeasureName = "dollars" | "awards" | "officers" | "per-officer" | "per-resident" | "per-served" | "trained";

/** A number, and how many awards it leaves out. */
export interface Reading {
  /** Null if unknown. */
  readonly value: number | null;
  /** Awards of unknown value, which the number leaves out. Null if the answer does not say. */
  readonly missing: number | null;
  readonly awards: number;
}

type Totals = Pick<OverviewQuery["all"]["totals"], "count" | "federalShare" | "officersFunded" | "dollarsPerOfficer" | "dollarsPerResident" | "dollarsPerCapita" | "peopleTrained">;

export interface Measure {
  readonly name: MeasureName;
  readonly label: string;
  /** What it counts, in one sentence. */
  readonly about: string;
  /** Whether it is an amount of money, which can be adjusted for inflation. */
  readonly isMoney: boolean;
  /** Whether the numbers of groups add up to the total. */
  readonly isSum: boolean;
  readonly read: (group: MeasureFragment) => Reading;
  readonly total: (totals: Totals) => Reading;
  /** The full number. */
  readonly format: (value: number) => string;
  /** Short, for axes. */
  readonly short: (value: number) => string;
  /** For the headline. */
  readonly headline: (value: number) => string;
  readonly order: GrantMeasure;
}

const sum = (stats: { sum: number | null; missing: number } | undefined, awards: number): Reading => ({
  value: stats?.sum ?? null,
  missing: stats?.missing ?? null,
  awards,
});
const ratio = (value: number | null | undefined, awards: number): Reading => ({ value: value ?? null, missing: null, awards });

export const measures: Readonly<Record<MeasureName, Measure>> = {
  dollars: {
    name: "dollars",
    label: "Federal dollars",
    about: "The federal share of the awards. Withdrawn and terminated awards count with the amount that their source states.",
    isMoney: true,
    isSum: true,
    read: (group) => sum(group.federalShare, group.count),
    total: (totals) => sum(totals.federalShare, totals.count),
    format: dollars,
    short: (value) => short(value, "$"),
    headline: (value) => short(value, "$"),
    order: "FEDERAL_SHARE",
  },
  awards: {
    name: "awards",
    label: "Awards",
    about: "The number of awards.",
    isMoney: false,
    isSum: true,
    read: (group) => ({ value: group.count, missing: 0, awards: group.count }),
    total: (totals) => ({ value: totals.count, missing: 0, awards: totals.count }),
    format: whole,
    short: (value) => short(value),
    headline: whole,
    order: "COUNT",
  },
  officers: {
    name: "officers",
    label: "Officers funded",
    about: "Officers whose funding the office approved. Funded is not hired: an agency may hire fewer, later, or none.",
    isMoney: false,
    isSum: true,
    read: (group) => sum(group.officersFunded, group.count),
    total: (totals) => sum(totals.officersFunded, totals.count),
    format: officers,
    short: (value) => short(value),
    headline: whole,
    order: "OFFICERS_FUNDED",
  },
  "per-officer": {
    name: "per-officer",
    label: "Dollars per officer funded",
    about: "Federal dollars divided by officers funded, over the awards for which both are known.",
    isMoney: true,
    isSum: false,
    read: (group) => ratio(group.dollarsPerOfficer, group.count),
    total: (totals) => ratio(totals.dollarsPerOfficer, totals.count),
    format: dollars,
    short: (value) => short(value, "$"),
    headline: dollars,
    order: "DOLLARS_PER_OFFICER",
  },
  "per-resident": {
    name: "per-resident",
    label: "Dollars per resident",
    about:
      "Federal dollars to agencies divided by the residents of their states on July 1, 2020, as estimated by the Census Bureau. Each state counts once, however many awards it has; awards to other organizations are left out.",
    isMoney: true,
    isSum: false,
    read: (group) => ratio(group.dollarsPerResident, group.count),
    total: (totals) => ratio(totals.dollarsPerResident, totals.count),
    format: dollarsEach,
    short: (value) => (value < 1000 ? dollarsEach(value) : short(value, "$")),
    headline: dollarsEach,
    order: "DOLLARS_PER_RESIDENT",
  },
  "per-served": {
    name: "per-served",
    label: "Dollars per person served",
    about:
      "Federal dollars divided by the population that the funded agencies serve. Each agency counts once, however many awards it has; people served by two agencies count twice.",
    isMoney: true,
    isSum: false,
    read: (group) => ratio(group.dollarsPerCapita, group.count),
    total: (totals) => ratio(totals.dollarsPerCapita, totals.count),
    format: dollarsEach,
    short: (value) => (value < 1000 ? dollarsEach(value) : short(value, "$")),
    headline: dollarsEach,
    order: "DOLLARS_PER_CAPITA",
  },
  trained: {
    name: "trained",
    label: "People trained",
    about: "People trained in sessions that the awards paid for. A person trained twice counts twice.",
    isMoney: false,
    isSum: true,
    read: (group) => sum(group.peopleTrained, group.count),
    total: (totals) => sum(totals.peopleTrained, totals.count),
    format: people,
    short: (value) => short(value),
    headline: whole,
    order: "PEOPLE_TRAINED",
  },
};

export const measureNames = Object.keys(measures) as MeasureName[];

/** The reading of a group without awards: 0 for a sum, unknown for a ratio. */
export const empty = (measure: Measure): Reading => ({ value: measure.isSum ? 0 : null, missing: null, awards: 0 });
