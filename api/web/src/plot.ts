// Turns a shape into a plot: which chart, which numbers, how many panels.
import { dollars, dollarsEach, officers, short, whole } from "../chart/numbers";
import { grouped } from "./grouped";
import type { Leaf } from "./response-types";
import { humanized, NotAPicture } from "./shape";
import type { Choice, Key, Kind, Measure, Shape } from "./shape";

export interface PlotPoint {
  /** Its position on an axis of years or days. */
  readonly x: number;
  /** Unique within its panel. */
  readonly id: string;
  readonly label: string;
  /** One number per line; bars and maps have one. Null means unknown. */
  readonly values: readonly (number | null)[];
}

export interface Panel {
  /** The value of the key that makes panels; empty if there is one panel. */
  readonly title: string;
  readonly points: readonly PlotPoint[];
}

export interface Plot {
  readonly kind: Kind;
  /** The kinds of chart that fit. */
  readonly kinds: readonly Kind[];
  /** The measures drawn: two if they are two versions of one number. */
  readonly drawn: readonly Measure[];
  readonly measures: readonly Measure[];
  readonly title: string;
  readonly x: Key;
  /** The key that makes panels. */
  readonly by: Key | null;
  readonly keys: readonly Key[];
  readonly panels: readonly Panel[];
  /** Formats a position on the axis. */
  readonly xFormat: (x: number) => string;
  /** The range of the numbers of all panels, which share a scale. */
  readonly range: readonly [number, number];
  readonly format: (value: number) => string;
  readonly short: (value: number) => string;
  /** What the plot leaves out, and why. */
  readonly notes: readonly string[];
}

/** More would not be readable. */
const [MOST_PANELS, MOST_BARS] = [24, 60];
/** The longest time axis, in years. */
const MOST_YEARS = 300;

export function plot(shape: Shape, choice: Choice): Plot {
  const measure = shape.measures.find(({ path }) => path === choice.measure) ?? shape.measures[0]!;
  const { x, by } = axes(shape, choice.by);
  const along: Kind[] = [...(x.order === "year" || x.order === "date" ? ["lines" as const] : x.order === "state" ? ["map" as const] : []), "bars"];
  // Lines and maps have no place for the group of all others.
  const kinds = shape.rows.some((row) => x.of(row)?.value === OTHERS) ? along.toReversed() : along;
  const kind = kinds.find((kind) => kind === choice.kind) ?? kinds[0]!;
  const pair = kind === "lines" && !by && choice.measure === undefined ? pairOf(measure, shape.measures) : null;
  const drawn = pair ? [measure, pair] : [measure];
  const notes = [...shape.notes];
  const format = formats(measure.leaf);

  const groups = grouped(shape.rows, (row) => (by ? (by.of(row)?.label ?? "Unknown") : ""));
  const titles = [...groups.keys()];
  if (by?.order === "year") titles.sort((one, other) => Number(one) - Number(other));
  if (titles.length > MOST_PANELS) notes.push(`Shown: the first ${MOST_PANELS} of ${whole(titles.length)}.`);
  const axis = axisOf(kind, x, shape.rows);
  const all = titles.slice(0, MOST_PANELS).map((title) => ({ title, points: points(kind, x, groups.get(title)!, drawn, axis) }));
  const panels = all.filter(({ points }) => points.some(({ values }) => values.some((value) => value !== null)));
  const values = panels.flatMap(({ points }) => points.flatMap(({ values }) => values)).filter((value) => value !== null);
  if (values.length === 0) throw new NotAPicture(`Every value of ${measure.label.toLowerCase()} is unknown.`);
  notes.push(...leftOut(kind, x, shape.rows, drawn, format.full), ...cut(kind, groups));
  const called = drawn.map(({ label }, index) => (index === 0 ? label : label.toLowerCase())).join(" and ");
  const title = x.name === "field" ? called : `${called} by ${humanized(x.name).toLowerCase()}${by ? `, for each ${humanized(by.name).toLowerCase()}` : ""}`;
  return {
    kind, kinds, drawn, measures: shape.measures, title, x, by, keys: shape.keys, panels, notes,
    xFormat: axis.format, range: [Math.min(0, ...values), Math.max(0, ...values)], format: format.full, short: format.short,
  };
}

/** Chooses the key of the axis and the key that makes panels. */
function axes({ keys, rows }: Shape, chosen: string | undefined): { x: Key; by: Key | null } {
  if (keys.length < 2) return { x: keys[0]!, by: null };
  const by = keys.find(({ name }) => name === chosen);
  if (by) return { x: keys.find((key) => key !== by)!, by };
  const many = (key: Key) => new Set(rows.map((row) => key.of(row)?.value)).size;
  const rank = (key: Key) => ({ year: 3, date: 2, state: 1, category: 0 })[key.order] * 1e6 + (key.order === "category" ? many(key) : 0);
  const [x, other] = [...keys].sort((one, other) => rank(other) - rank(one)) as [Key, Key];
  return { x, by: other };
}

/** Another version of the same number, such as real dollars beside nominal dollars. */
function pairOf(measure: Measure, measures: readonly Measure[]): Measure | null {
  const end = ({ path }: Measure) => path.split(".").at(-1);
  const same = measures.filter((other) => other.leaf?.type === measure.leaf?.type && other.leaf?.field === measure.leaf?.field && end(other) === end(measure) && other.path.includes(".") && !other.path.startsWith("window."));
  return same.length === 2 && same[0] === measure ? same[1]! : null;
}

interface AxisOfKey {
  /** All positions on the axis, in order; empty for bars and maps. */
  readonly places: readonly number[];
  readonly at: (value: string | number) => number;
  readonly format: (x: number) => string;
}

function axisOf(kind: Kind, x: Key, rows: Shape["rows"]): AxisOfKey {
  const known = [...new Set(rows.map((row) => x.of(row)?.value).filter((value) => value !== undefined))];
  if (kind !== "lines") return { places: [], at: () => 0, format: String };
  if (x.order === "date") {
    const days = (known as string[]).filter((day) => day !== OTHERS).sort();
    return { places: days.map((_, index) => index), at: (value) => days.indexOf(value as string), format: (index) => days[index]?.replace(/-01$/, "") ?? "" };
  }
  const years = (known as (number | string)[]).filter((year) => typeof year === "number");
  const [first, last] = [Math.min(...years), Math.max(...years)];
  const step = /decade/i.test(x.name) ? 10 : 1;
  if (years.length === 0) throw new NotAPicture("None of these rows has a known year.");
  if (last - first > MOST_YEARS) throw new NotAPicture(`The years from ${first} to ${last} do not fit on an axis. Filter them to at most ${MOST_YEARS} years.`);
  const isSigned = /since/i.test(x.name);
  return {
    places: Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step),
    at: Number,
    format: (year) => (isSigned && year > 0 ? `+${year}` : String(year)),
  };
}

/** The value of the group of all others. */
const OTHERS = "\u0000others";

function points(kind: Kind, x: Key, rows: Shape["rows"], drawn: readonly Measure[], axis: AxisOfKey): PlotPoint[] {
  const read = (rows: Shape["rows"]) => drawn.map((measure) => together(measure, rows));
  const isSame = x.isShared || kind !== "bars";
  const same = grouped(rows, (row) => (isSame ? x.of(row)?.value : row));
  if (kind === "bars") {
    return [...same.values()].slice(0, MOST_BARS).map((rows, index) => ({ x: index, id: String(index), label: x.of(rows[0]!)?.label ?? "Unknown", values: read(rows) }));
  }
  const found = new Map<string, PlotPoint>();
  for (const rows of same.values()) {
    const key = x.of(rows[0]!);
    if (key === null || key.value === OTHERS) continue;
    if (rows.length > 1 && !x.isShared) throw new NotAPicture(`Two rows have the same ${humanized(x.name).toLowerCase()}, ${key.label}. Choose bars, or select all keys of the groups.`);
    const id = String(key.value);
    found.set(id, { x: axis.at(key.value), id, label: key.label, values: read(rows) });
  }
  if (kind === "map") return [...found.values()];
  const byPlace = new Map([...found.values()].map((point) => [point.x, point]));
  // A year without a row is a gap.
  return axis.places.map((place) => byPlace.get(place) ?? { x: place, id: String(place), label: axis.format(place), values: drawn.map(() => null) });
}

/** The number for rows drawn as one mark: sums and counts add up; any other number needs exactly one row. */
function together(measure: Measure, rows: Shape["rows"]): number | null {
  const known = rows.map((row) => measure.of(row)).filter((value) => value !== null);
  if (known.length <= 1) return known[0] ?? null;
  if (!["sum", "count"].includes(measure.leaf?.field ?? "")) throw new NotAPicture(`${measure.label} cannot be added up over two groups of one state. Group by one kind of recipient.`);
  return Math.round(known.reduce((sum, value) => sum + value, 0) * 100) / 100;
}

/** What lines and maps cannot show, and what the numbers leave out. */
function leftOut(kind: Kind, x: Key, rows: Shape["rows"], drawn: readonly Measure[], format: (value: number) => string): string[] {
  const notes: string[] = [];
  if (kind !== "bars") {
    const without = rows.filter((row) => x.of(row) === null);
    const others = rows.filter((row) => x.of(row)?.value === OTHERS);
    const [measure] = drawn as readonly [Measure];
    for (const [words, of] of [[`with an unknown ${humanized(x.name).toLowerCase()}`, without], ["in the group of all others", others]] as const) {
      const value = of.length === 1 ? measure.of(of[0]!) : null;
      if (of.length === 1) notes.push(`Not drawn: ${value === null ? "a row" : format(value)} ${words}.`);
      if (of.length > 1) notes.push(`Not drawn: ${whole(of.length)} rows ${words}.`);
    }
  }
  for (const measure of drawn) {
    const missing = measure.missing ? rows.reduce((sum, row) => sum + measure.missing!(row), 0) : 0;
    if (missing > 0) notes.push(`${measure.label} leaves out ${whole(missing)} ${missing === 1 ? "row" : "rows"} of unknown value.`);
  }
  return notes;
}

function cut(kind: Kind, groups: ReadonlyMap<string, Shape["rows"]>): string[] {
  const most = Math.max(...[...groups.values()].map((rows) => rows.length));
  return kind === "bars" && most > MOST_BARS ? [`Shown: the first ${MOST_BARS} of ${whole(most)} rows.`] : [];
}

const decimals = new Intl.NumberFormat("en-US", { maximumFractionDigits: 3 });

function formats(leaf: Leaf | undefined): { full: (value: number) => string; short: (value: number) => string } {
  const isEach = leaf?.type === "Float" && /^dollarsPer/.test(leaf.field);
  if (isEach) return { full: dollarsEach, short: (value) => (Math.abs(value) < 1000 ? dollarsEach(value) : short(value, "$")) };
  const isDollars = leaf?.type === "Dollars" || (leaf?.type === "Float" && /^Dollar/.test(leaf.of) && /^(sum|avg|min|max|median|percentile|stddev)$/.test(leaf.field));
  if (isDollars) return { full: dollars, short: (value) => short(value, "$") };
  if (leaf?.type === "Officers") return { full: officers, short };
  return { full: (value) => decimals.format(value), short: (value) => (Math.abs(value) < 100 ? decimals.format(value) : short(value)) };
}
