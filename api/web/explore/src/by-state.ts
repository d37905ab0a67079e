// Numbers by state.
import { empty } from "./measure";
import type { Measure, Reading } from "./measure";
import type { OverviewQuery } from "./operations";

/**
 * The numbers by state. A recipient is an agency or another organization, so a sum covers both. A ratio cannot be added
 * up, so it covers agencies only, which are the ones with officers and residents.
 */
export function byState(answer: OverviewQuery, measure: Measure): { states: Map<string, Reading>; unknown: Reading } {
  const found = new Map<string, Reading>();
  let unknown: Reading = empty(measure);
  for (const node of answer.states.groups.nodes) {
    const { agencyState, organizationState } = node.key;
    const code = agencyState ?? organizationState;
    const reading = measure.read(node);
    const ofAgencies = agencyState !== null || organizationState === null;
    const counts = measure.isSum || ofAgencies ? reading : { ...reading, value: null };
    if (code === null) unknown = counts;
    else found.set(code, found.has(code) ? added(found.get(code)!, counts) : counts);
  }
  return { states: found, unknown };
}

function added(one: Reading, other: Reading): Reading {
  const sum = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : cents(a + b));
  return { value: sum(one.value, other.value), missing: sum(one.missing, other.missing), awards: one.awards + other.awards };
}

/** Rounds a sum of dollars or officers to two decimals, to remove binary fractions. */
const cents = (value: number) => Math.round(value * 100) / 100;
