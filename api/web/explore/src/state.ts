// The choices of the user, and their encoding in the URL.
//
// All choices are in the query of the address, so that a link opens what its sender saw, and Back and Forward work.
// Defaults are left out. Anything in a link that this page does not recognize is reported as a problem, never ignored
// silently.
import { columns } from "./columns";
import type { TableName } from "./columns";
import { dimensionNames, dimensions, UNKNOWN } from "./dimension";
import type { DimensionName } from "./dimension";
import { measureNames } from "./measure";
import type { MeasureName } from "./measure";

/** A range of fiscal years, both ends included, or the unknown years. */
export type Years = { readonly from: number; readonly to: number } | typeof UNKNOWN;

export type Choices = Readonly<Record<DimensionName, readonly string[]>>;

export const mapNames = ["states", "counties", "agencies"] as const;
export type MapName = (typeof mapNames)[number];

export interface TableState {
  readonly of: TableName;
  readonly search: string;
  /** The column, with a leading `-` for descending order. Empty for the default. */
  readonly order: string;
  /** The cursor of a page, after `after:` or `before:`. */
  readonly page: string;
}

export interface EventState {
  readonly measure: string;
  readonly balanced: boolean;
}

export interface State {
  readonly measure: MeasureName;
  /** The year of constant dollars; null for nominal dollars. */
  readonly dollarsOf: number | null;
  readonly years: Years | null;
  readonly chosen: Choices;
  /** What the map shows. */
  readonly map: MapName;
  /** The revision of the data; null for the newest. */
  readonly revision: string | null;
  readonly table: TableState;
  readonly event: EventState;
}

/** A part of a link that this page does not recognize. */
export interface Problem {
  readonly parameter: string;
  readonly value: string;
  readonly reason: string;
}

export const initial: State = {
  measure: "dollars",
  dollarsOf: null,
  years: null,
  chosen: { categories: [], programs: [], kinds: [], bands: [], statuses: [], states: [], counties: [], sizes: [] },
  map: "states",
  revision: null,
  table: { of: "agencies", search: "", order: "", page: "" },
  event: { measure: "violent_crime", balanced: false },
};

/** The query string of a state, with its `?`; empty for the initial state. */
export function write(state: State): string {
  const parameters = new URLSearchParams();
  const set = (name: string, value: string | null) => {
    if (value !== null && value !== "") parameters.set(name, value);
  };
  set("measure", state.measure === initial.measure ? null : state.measure);
  set("dollars", state.dollarsOf === null ? null : String(state.dollarsOf));
  set("years", state.years === null ? null : state.years === UNKNOWN ? UNKNOWN : `${state.years.from}-${state.years.to}`);
  for (const name of dimensionNames) set(dimensions[name].parameter, state.chosen[name].join(","));
  set("map", state.map === initial.map ? null : state.map);
  set("table", state.table.of === initial.table.of ? null : state.table.of);
  set("search", state.table.search);
  set("order", state.table.order);
  set("page", state.table.page);
  set("outcome", state.event.measure === initial.event.measure ? null : state.event.measure);
  set("balanced", state.event.balanced ? "1" : null);
  set("revision", state.revision);
  const text = parameters.toString().replaceAll("%2C", ",");
  return text === "" ? "" : `?${text}`;
}

/** Reads the state from a query string, with its problems. */
export function read(query: string): { state: State; problems: Problem[] } {
  const problems: Problem[] = [];
  const known = new Set<string>();
  const parameters = new URLSearchParams(query);
  const take = <T>(name: string, otherwise: T, parse: (value: string) => T | Refused): T => {
    known.add(name);
    const values = parameters.getAll(name);
    if (values.length === 0) return otherwise;
    const parsed = values.length > 1 ? refuse("it appears more than once") : parse(values[0]!);
    if (!(parsed instanceof Refused)) return parsed;
    problems.push({ parameter: name, value: values.join(" and "), reason: parsed.reason });
    return otherwise;
  };
  const chosen = Object.fromEntries(
    dimensionNames.map((name) => [name, take(dimensions[name].parameter, initial.chosen[name], (value) => values(name, value))]),
  ) as unknown as Choices;
  const of = take("table", initial.table.of, oneOf(["agencies", "awards"]));
  const sortable = columns[of].filter(({ order }) => order !== null).map(({ name }) => name);
  const state: State = {
    measure: take("measure", initial.measure, oneOf(measureNames)),
    dollarsOf: take<number | null>("dollars", null, (value) => (/^\d{4}$/.test(value) ? Number(value) : refuse("it is not a year"))),
    years: take<Years | null>("years", null, years),
    chosen,
    map: take("map", initial.map, oneOf(mapNames)),
    revision: take<string | null>("revision", null, (value) =>
      /^(\d+(-[0-9a-f]{16})?|\d{4}-\d{2}-\d{2})$/.test(value) ? value : refuse("it is not a revision"),
    ),
    table: {
      of,
      search: take("search", "", (value) => value),
      order: take("order", "", (value) => (sortable.includes(value.replace(/^-/, "")) ? value : refuse(`use one of ${sortable.join(", ")}`))),
      page: take("page", "", (value) => (/^(after|before):./.test(value) ? value : refuse("it is not a page"))),
    },
    event: {
      measure: take("outcome", initial.event.measure, (value) => value),
      balanced: take("balanced", false, (value) => (value === "1" ? true : refuse("only 1 is valid"))),
    },
  };
  for (const name of new Set(parameters.keys())) {
    if (!known.has(name)) problems.push({ parameter: name, value: parameters.get(name)!, reason: "there is no such filter" });
  }
  return { state, problems };
}

class Refused {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}
const refuse = (reason: string) => new Refused(reason);

const oneOf =
  <T extends string>(names: readonly T[]) =>
  (value: string): T | Refused =>
    names.find((name) => name === value) ?? refuse(`use one of ${names.join(", ")}`);

function years(value: string): Years | Refused {
  if (value === UNKNOWN) return UNKNOWN;
  const [, from, to] = /^(\d{4})-(\d{4})$/.exec(value) ?? [];
  if (from === undefined || to === undefined) return refuse("use the form 2009-2025");
  return Number(from) <= Number(to) ? { from: Number(from), to: Number(to) } : refuse("the first year is after the last");
}

function values(name: DimensionName, text: string): readonly string[] | Refused {
  const chosen = text.split(",").filter((value) => value !== "");
  const { values, pattern, one } = dimensions[name];
  const isKnown = (value: string) => value === UNKNOWN || (values === null ? pattern?.test(value) !== false : Object.hasOwn(values, value));
  const strange = chosen.filter((value) => !isKnown(value));
  if (strange.length > 0) return refuse(`${strange.map((value) => `${value} is not ${one.is}`).join(", ")}; an example is ${one.example}`);
  return new Set(chosen).size === chosen.length ? chosen : refuse("a value appears twice");
}

/** Whether any filter is active. */
export const isFiltered = ({ years, chosen }: State) => years !== null || dimensionNames.some((name) => chosen[name].length > 0);

/** The state with a value selected or deselected. */
export function toggled(state: State, name: DimensionName, value: string): State {
  const before = state.chosen[name];
  const after = before.includes(value) ? before.filter((other) => other !== value) : [...before, value];
  return withChosen(state, { ...state.chosen, [name]: after });
}

/** The state with other filters; the table returns to its first page. */
export const withChosen = (state: State, chosen: Choices): State => ({ ...state, chosen, table: { ...state.table, page: "" } });
export const withYears = (state: State, years: Years | null): State => ({ ...state, years, table: { ...state.table, page: "" } });
export const withoutFilters = (state: State): State => withYears(withChosen(state, initial.chosen), null);
