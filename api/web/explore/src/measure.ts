// The measures that a visitor chooses from: what each counts, how it is read from an answer, and how it is written.
import type { GrantMeasure, MeasureFragment, OverviewQuery } from "./operations";
import { dollars, dollarsEach, officers, people, short, whole } from "../../chart/numbers";

export type MeasureName = "dollars" | "awards" | "officers" | "per-officer" | "per-resident" | "per-served" | "trained";

/** A number, and what it does not cover. */
export interface Reading {
  /** Null where it is not known. */
  readonly value: number | null;
  /** Awards whose value is not known, and which the number leaves out. Null where that is not told. */
  readonly missing: number | null;
  readonly awards: number;
}

type Totals = Pick<OverviewQuery["all"]["totals"], "count" | "federalShare" | "officersFunded" | "dollarsPerOfficer" | "dollarsPerResident" | "dollarsPerCapita" | "peopleTrained">;

export interface Measure {
  readonly name: MeasureName;
  readonly label: string;
  /** What it counts, in a sentence. */
  readonly about: string;
  /** Whether it is money, of which years have different prices. */
  readonly isMoney: boolean;
  /** Whether the numbers of groups add up to that of the whole. */
  readonly isSum: boolean;
  readonly read: (group: MeasureFragment) => Reading;
  readonly total: (totals: Totals) => Reading;
  /** In full. */
  readonly format: (value: number) => string;
  /** As short as an axis needs. */
  readonly short: (value: number) => string;
  /** As a headline. */
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
    about: "The federal share of the awards. Withdrawn and terminated awards count with what their source says.",
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
    about: "The officers that the office approved money for. Funded is not hired: an agency may hire fewer, later, or none.",
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
      "Federal dollars of agencies divided by the people who live in their states, as the census of 2020 counted them. A state counts once, however many awards it has; awards to other organizations are left out.",
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
      "Federal dollars divided by the people whom the funded agencies serve. An agency counts once, however many awards it has; people whom two agencies serve count twice.",
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
    about: "The people trained in sessions that the awards paid for. Someone trained twice counts twice.",
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

/** What stands for a group that no award is in: nothing for a sum, and no number for a quotient. */
export const empty = (measure: Measure): Reading => ({ value: measure.isSum ? 0 : null, missing: null, awards: 0 });
