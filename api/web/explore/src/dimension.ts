// The dimensions by which awards are filtered and drawn: the values of each, and the filter for a choice of values.
//
// `UNKNOWN` is a value like the others. Its filter is the exact complement of the known values, so an award whose
// recipient is not an agency has an unknown kind of agency.
import type { AgencyFilter, AgencyKind, DollarsFilter, GrantFilter, GrantStatus, PopulationBand, ProgramCategory } from "./operations";
import { states } from "../../chart/states";

export const UNKNOWN = "unknown";

export type DimensionName = "categories" | "programs" | "kinds" | "bands" | "statuses" | "states" | "counties" | "sizes";

export interface Dimension {
  readonly name: DimensionName;
  /** The name of its URL parameter. */
  readonly parameter: string;
  readonly label: string;
  /** What one of its values is, and an example. */
  readonly one: { readonly is: string; readonly example: string };
  /** The label of the unknown value. */
  readonly unknown: string;
  /** Labels by value; null if the values come from the data. */
  readonly values: Readonly<Record<string, string>> | null;
  /** The pattern of a value, if the values come from the data. */
  readonly pattern?: RegExp;
  /** The filter that keeps awards with these values. */
  readonly known: (values: readonly string[]) => GrantFilter;
  /** The filter that keeps awards with an unknown value. */
  readonly missing: GrantFilter;
}

export const kinds: Readonly<Record<AgencyKind, string>> = {
  MUNICIPAL_POLICE: "Municipal police",
  COUNTY_POLICE: "County police",
  SHERIFF: "Sheriff",
  STATE_POLICE: "State police",
  STATE_AGENCY: "Other state agency",
  TRIBAL: "Tribal",
  CAMPUS: "Campus",
  SCHOOL_DISTRICT: "School district",
  CONSTABLE: "Constable",
  TASK_FORCE: "Task force",
  SPECIAL_JURISDICTION: "Special jurisdiction",
  FEDERAL: "Federal",
  OTHER: "Other",
};

export const categories: Readonly<Record<ProgramCategory, string>> = {
  HIRING: "Hiring",
  TECHNOLOGY: "Technology",
  SCHOOL_SAFETY: "School safety",
  TRIBAL: "Tribal",
  DRUG_ENFORCEMENT: "Drug enforcement",
  COMMUNITY_POLICING: "Community policing",
  WELLNESS: "Wellness",
};

export const bands: Readonly<Record<PopulationBand, string>> = {
  UNDER_10000: "Under 10,000",
  FROM_10000: "10,000–24,999",
  FROM_25000: "25,000–49,999",
  FROM_50000: "50,000–99,999",
  FROM_100000: "100,000–249,999",
  FROM_250000: "250,000–499,999",
  FROM_500000: "500,000–999,999",
  FROM_1000000: "1,000,000 or more",
};

export const statuses: Readonly<Record<GrantStatus, string>> = {
  OPEN: "Open",
  CLOSED: "Closed",
  WITHDRAWN: "Withdrawn",
  TERMINATED: "Terminated",
};

export type SizeName = "under10K" | "from10K" | "from50K" | "from100K" | "from250K" | "from500K" | "from1M" | "from5M";

/** Sizes of awards, by their names in `overview.graphql`. */
export const SIZES: Readonly<Record<SizeName, { readonly label: string; readonly range: DollarsFilter }>> = {
  under10K: { label: "Under $10,000", range: { lt: 10_000 } },
  from10K: { label: "$10,000–$49,999", range: { gte: 10_000, lt: 50_000 } },
  from50K: { label: "$50,000–$99,999", range: { gte: 50_000, lt: 100_000 } },
  from100K: { label: "$100,000–$249,999", range: { gte: 100_000, lt: 250_000 } },
  from250K: { label: "$250,000–$499,999", range: { gte: 250_000, lt: 500_000 } },
  from500K: { label: "$500,000–$999,999", range: { gte: 500_000, lt: 1_000_000 } },
  from1M: { label: "$1 million–$4.9 million", range: { gte: 1_000_000, lt: 5_000_000 } },
  from5M: { label: "$5 million or more", range: { gte: 5_000_000 } },
};

/** The bounds of each band: the first included, the second not. */
const RANGES: Readonly<Record<PopulationBand, readonly [number, number | null]>> = {
  UNDER_10000: [0, 10_000],
  FROM_10000: [10_000, 25_000],
  FROM_25000: [25_000, 50_000],
  FROM_50000: [50_000, 100_000],
  FROM_100000: [100_000, 250_000],
  FROM_250000: [250_000, 500_000],
  FROM_500000: [500_000, 1_000_000],
  FROM_1000000: [1_000_000, null],
};

const range = (band: string): AgencyFilter => {
  const [gte, lt] = RANGES[band as PopulationBand];
  return { population: lt === null ? { gte } : gte === 0 ? { lt } : { gte, lt } };
};
const notKnown = (agency: AgencyFilter): GrantFilter => ({ not: { agency } });

export const dimensions: Readonly<Record<DimensionName, Dimension>> = {
  categories: {
    name: "categories",
    parameter: "purpose",
    label: "Purpose",
    one: { is: "a purpose", example: "HIRING" },
    unknown: "Program unknown",
    values: categories,
    known: (values) => ({ program: { category: { in: values as ProgramCategory[] } } }),
    missing: { not: { program: { category: { isNull: false } } } },
  },
  programs: {
    name: "programs",
    parameter: "program",
    label: "Program",
    one: { is: "a program code", example: "CHP" },
    unknown: "Program unknown",
    values: null,
    pattern: /^\w+$/,
    known: (values) => ({ program: { code: { in: [...values] } } }),
    missing: { not: { program: { code: { isNull: false } } } },
  },
  kinds: {
    name: "kinds",
    parameter: "kind",
    label: "Kind of agency",
    one: { is: "a kind of agency", example: "SHERIFF" },
    unknown: "No agency, or unknown",
    values: kinds,
    known: (values) => ({ agency: { kind: { in: values as AgencyKind[] } } }),
    missing: notKnown({ kind: { isNull: false } }),
  },
  bands: {
    name: "bands",
    parameter: "population",
    label: "Population served",
    one: { is: "a population band", example: "FROM_10000" },
    unknown: "No agency, or unknown",
    values: bands,
    known: (values) => ({ agency: values.length === 1 ? range(values[0]!) : { or: values.map(range) } }),
    missing: notKnown({ population: { isNull: false } }),
  },
  statuses: {
    name: "statuses",
    parameter: "status",
    label: "Status of the award",
    one: { is: "a status", example: "OPEN" },
    unknown: "Unknown",
    values: statuses,
    known: (values) => ({ status: { in: values as GrantStatus[] } }),
    missing: { status: { isNull: true } },
  },
  states: {
    name: "states",
    parameter: "state",
    label: "State",
    one: { is: "a state code", example: "CA" },
    unknown: "State unknown",
    values: Object.fromEntries(states.map(({ code, name }) => [code, name])),
    known: (values) => ({ or: [{ agency: { state: { in: [...values] } } }, { organization: { state: { in: [...values] } } }] }),
    missing: { not: { or: [{ agency: { state: { isNull: false } } }, { organization: { state: { isNull: false } } }] } },
  },
  counties: {
    name: "counties",
    parameter: "county",
    label: "County",
    one: { is: "a county code", example: "06037" },
    unknown: "No agency, or unknown",
    values: null,
    pattern: /^\d{5}$/,
    known: (values) => ({ agency: { countyFips: { in: [...values] } } }),
    missing: notKnown({ countyFips: { isNull: false } }),
  },
  sizes: {
    name: "sizes",
    parameter: "size",
    label: "Federal dollars of an award",
    one: { is: "an award size", example: "from50K" },
    unknown: "Amount unknown",
    values: Object.fromEntries(Object.entries(SIZES).map(([name, { label }]) => [name, label])),
    known: (values) => {
      const ranges = values.map((value) => ({ federalShare: SIZES[value as SizeName].range }));
      return ranges.length === 1 ? ranges[0]! : { or: ranges };
    },
    missing: { federalShare: { isNull: true } },
  },
};

export const dimensionNames = Object.keys(dimensions) as DimensionName[];

/** The filter for a choice; undefined if nothing is chosen. */
export function clause({ known, missing }: Dimension, chosen: readonly string[]): GrantFilter | undefined {
  const values = chosen.filter((value) => value !== UNKNOWN);
  if (chosen.length === 0) return undefined;
  if (values.length === chosen.length) return known(values);
  return values.length === 0 ? missing : { or: [known(values), missing] };
}
