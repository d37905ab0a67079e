// Turns the state of the page into the variables of its queries.
import { clause, dimensionNames, dimensions, UNKNOWN } from "./dimension";
import type { DimensionName } from "./dimension";
import type { Measure } from "./measure";
import type { AgencyFilter, CompareQueryVariables, EventStudyQueryVariables, GrantFilter, OverviewQueryVariables } from "./operations";
import type { State, Years } from "./state";

function ofYears(years: Years | null): GrantFilter | undefined {
  if (years === null) return undefined;
  if (years === UNKNOWN) return { fiscalYear: { isNull: true } };
  const { from, to } = years;
  return { fiscalYear: from === to ? { eq: from } : { gte: from, lte: to } };
}

/** The active filters, by the names of the variables in `overview.graphql`. */
function clauses(state: State): Partial<Record<"years" | DimensionName, GrantFilter>> {
  const all = [["years", ofYears(state.years)] as const, ...dimensionNames.map((name) => [name, clause(dimensions[name], state.chosen[name])] as const)];
  return Object.fromEntries(all.filter(([, filter]) => filter !== undefined));
}

/** The variables of all queries of a measure. */
export function overviewVariables(state: State): OverviewQueryVariables {
  return { ...clauses(state), ...inDollarsOf(state) };
}

/** The year of constant dollars, if chosen. */
export const inDollarsOf = ({ dollarsOf }: State): { inDollarsOf?: number } => (dollarsOf === null ? {} : { inDollarsOf: dollarsOf });

/** One filter for the selected awards; undefined for all awards. */
export function awardFilter(state: State, without: readonly ("years" | DimensionName)[] = []): GrantFilter | undefined {
  const kept = Object.entries(clauses(state)).filter(([name]) => !without.includes(name as "years" | DimensionName));
  const filters = kept.map(([, filter]) => filter);
  return filters.length > 1 ? { and: filters } : filters[0];
}

/** Two values of one dimension to compare. */
export interface Compared {
  readonly name: DimensionName;
  readonly values: readonly [string, string];
}

/** The first dimension with exactly two selected values. */
export function compared({ chosen }: State): Compared | null {
  const name = dimensionNames.find((name) => chosen[name].length === 2);
  return name === undefined ? null : { name, values: chosen[name] as unknown as readonly [string, string] };
}

/** The variables of a comparison. */
export function compareVariables(state: State, { name, values }: Compared): CompareQueryVariables {
  const filter = awardFilter(state, [name]);
  const [one, two] = values.map((value) => clause(dimensions[name], [value])!) as [GrantFilter, GrantFilter];
  return { ...(filter && { filter }), one, two, ...inDollarsOf(state) };
}

/** The variables of the event study: the selected agencies, and the awards that count as events. */
export function eventVariables(state: State): EventStudyQueryVariables {
  const agency = agencyFilter(state);
  const awards = awardFilter(state, ["kinds", "bands", "states", "counties"]);
  return {
    measure: state.event.measure,
    from: -5,
    to: 10,
    balanced: state.event.balanced,
    ...(agency && { agency }),
    ...(awards && { awards }),
  };
}

/** The filter for the selected agencies, which include agencies without awards. */
function agencyFilter({ chosen }: State): AgencyFilter | undefined {
  const both = (known: AgencyFilter | undefined, missing: AgencyFilter, of: readonly string[]) =>
    !of.includes(UNKNOWN) ? known : known ? { or: [known, missing] } : missing;
  const known = (of: readonly string[]) => of.filter((value) => value !== UNKNOWN);
  const [kinds, bands, states, counties] = [known(chosen.kinds), known(chosen.bands), known(chosen.states), known(chosen.counties)];
  const filters = [
    both(kinds.length > 0 ? dimensions.kinds.known(kinds).agency! : undefined, { kind: { isNull: true } }, chosen.kinds),
    both(bands.length > 0 ? dimensions.bands.known(bands).agency! : undefined, { population: { isNull: true } }, chosen.bands),
    both(states.length > 0 ? { state: { in: states } } : undefined, { state: { isNull: true } }, chosen.states),
    both(counties.length > 0 ? { countyFips: { in: counties } } : undefined, { countyFips: { isNull: true } }, chosen.counties),
  ].filter((filter) => filter !== undefined);
  return filters.length > 1 ? { and: filters } : filters[0];
}

/** The label of a measure, with the year of constant dollars. */
export function measureLabel(measure: Measure, dollarsOf: number | null): string {
  return measure.isMoney && dollarsOf !== null ? `${measure.label} (${dollarsOf} dollars)` : measure.label;
}
