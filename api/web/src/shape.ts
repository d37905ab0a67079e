// Finds out which chart fits an answer.
//
// The keys of groups decide: a year makes lines, a state a map, anything else bars; a second key makes small multiples.
// Other lists are drawn by the names of their rows. A misleading chart is refused, such as one that mixes rows of several
// levels, or numbers of different kinds on one scale.
import { grouped } from "./grouped";
import type { Json } from "./json";
import type { Leaf } from "./response-types";
import type { Table } from "./table";

/** Why an answer cannot be drawn; the message is for the user. */
export class NotAPicture extends Error {}

export type Kind = "lines" | "map" | "bars";

/** What the user chose; the shape decides the rest. */
export interface Choice {
  readonly kind?: Kind | undefined;
  /** The path of the number to draw. */
  readonly measure?: string | undefined;
  /** The key that makes small multiples. */
  readonly by?: string | undefined;
}

type Order = "year" | "date" | "state" | "category";

/** A key that distinguishes rows. */
export interface Key {
  readonly name: string;
  readonly order: Order;
  /** Whether several rows may share a value, such as the agencies and the organizations of a state. */
  readonly isShared?: boolean;
  /** The value of a row and its label; null if unknown. */
  readonly of: (row: readonly Json[]) => { readonly value: string | number; readonly label: string } | null;
}

export interface Measure {
  readonly path: string;
  readonly label: string;
  readonly leaf: Leaf | undefined;
  readonly of: (row: readonly Json[]) => number | null;
  /** How many rows of the data the number leaves out, if the answer says so. */
  readonly missing: ((row: readonly Json[]) => number) | null;
}

export interface Shape {
  readonly keys: readonly Key[];
  readonly measures: readonly Measure[];
  readonly rows: readonly (readonly Json[])[];
  /** Whether the rows are groups. */
  readonly isGroups: boolean;
  /** What the chart leaves out. */
  readonly notes: readonly string[];
}

// `Figure` is missing on purpose: each published figure has its own unit.
const NUMBERS = new Set(["Int", "Float", "BigInt", "Dollars", "Officers", "Hours", "IndexPoints"]);
/** Secondary numbers, such as counts and ranks: drawn only if chosen. */
const ASIDE = /(^|\.)(known|missing|rank|count|agencies|organizations|programs|sessions|totalCount)$/;
const RATE = /^rate|rate$|per[A-Z0-9]/i;
const NO_MEASURE = /(^|\.)(latitude|longitude|level|id|cursor)$/i;
const NAMES = ["name", "title", "recipientName", "code", "awardNumber"];

interface Column {
  readonly path: string;
  readonly leaf: Leaf | undefined;
  readonly at: number;
}

/** The shape of a table, with the types of its columns where known. */
export function shape(table: Table, leaves: ReadonlyMap<string, Leaf>): Shape {
  const columns = table.columns.map((path, at): Column => ({ path: path.join("."), leaf: leaves.get([...table.list, ...path].join(".")), at }));
  const isGroups = columns.some(({ path }) => path.startsWith("key."));
  const keys = isGroups ? keysOfGroups(columns, table.rows) : table.list.length > 0 ? keyOfRows(columns, table) : [];
  const { rows, notes } = finest(columns, table, isGroups ? new Set(columns.filter(({ path }) => path.startsWith("key.")).map(({ path }) => path.split(".")[1])).size : 0);
  const measures = columns.filter((column) => isMeasure(column, table.rows, isGroups)).map((column) => measureOf(column, columns));
  // The set of rows may change from year to year, so rates come before sums.
  const isEvent = keys.some(({ name }) => /since/i.test(name));
  const rank = ({ path, leaf }: Measure) => (ASIDE.test(path) ? 2 : isEvent && !(leaf && RATE.test(leaf.field)) ? 1 : 0);
  measures.sort((one, other) => rank(one) - rank(other));
  if (measures.length === 0) throw new NotAPicture("The answer has no numbers to draw.");
  if (table.list.length === 0) return fields(measures, table);
  if (keys.length > 2) throw new NotAPicture(`A chart shows at most two keys, and these groups have ${keys.length}. The table shows all of them.`);
  if (keys.length === 0) throw new NotAPicture("The rows have no name to label them with. Select a name, too.");
  if (rows.length === 1 && keys.length > 0 && isGroups) notes.push("There is only one group.");
  if (table.more) notes.push("The list has more rows: this chart shows one page.");
  return { keys, measures, rows, isGroups, notes };
}

/** Rows of the finest level; subtotals repeat the same data. */
function finest(columns: readonly Column[], { rows }: Table, keys: number) {
  const level = columns.find(({ path }) => path === "level");
  const notes: string[] = [];
  if (!level) return { rows, notes };
  const kept = rows.filter((row) => row[level.at] === keys);
  if (kept.length < rows.length) notes.push("Subtotals are left out.");
  return { rows: kept, notes };
}

function keysOfGroups(columns: readonly Column[], rows: Table["rows"]): Key[] {
  const others = columns.find(({ path }) => path === "isOthers");
  const parts = grouped(columns.filter(({ path }) => path.startsWith("key.")), ({ path }) => path.split(".")[1]!);
  const keys = recipients([...parts].map(([name, columns]) => keyOf(name, columns)), rows);
  return keys.map((key) => (others ? { ...key, of: (row) => (row[others.at] === true ? { value: "\u0000others", label: "All others" } : key.of(row)) } : key));
}

/** Merges two state keys into the recipient's state, if no row has both. */
function recipients(keys: readonly Key[], rows: Table["rows"]): readonly Key[] {
  const states = keys.filter(({ order }) => order === "state");
  const [one, other] = states;
  if (states.length !== 2 || !one || !other || rows.some((row) => one.of(row) !== null && other.of(row) !== null)) return keys;
  return [{ name: "state", order: "state", isShared: true, of: (row) => one.of(row) ?? other.of(row) }, ...keys.filter(({ order }) => order !== "state")];
}

/** The key of rows that are not groups: a distinct year, a distinct state, or a name. */
function keyOfRows(columns: readonly Column[], { rows, list }: Table): Key[] {
  const isDistinct = ({ at }: Column) => new Set(rows.map((row) => row[at])).size === rows.length && rows.every((row) => row[at] !== null);
  const year = columns.find((column) => isYear(column) && isDistinct(column));
  if (year && rows.length > 1) return [keyOf(year.path, [year])];
  const state = columns.find((column) => column.leaf?.type === "State" && isDistinct(column));
  if (state && list.some((name) => /state/i.test(name))) return [keyOf(state.path, [state])];
  const texts = columns.filter(({ leaf, at }) => (leaf ? !NUMBERS.has(leaf.type) : rows.some((row) => typeof row[at] === "string")) );
  const named = texts.filter(({ path }) => NAMES.includes(path));
  const called = texts.find((column) => named.includes(column) && isDistinct(column)) ?? named[0] ?? texts.find(isDistinct) ?? texts[0];
  if (!called) return [];
  const isEnum = called.leaf?.isEnum;
  const more = isDistinct(called) ? [] : texts.filter(({ path }) => path !== called.path && /(^|\.)(state|city)$/.test(path));
  const of: Key["of"] = (row) => {
    const label = [called, ...more].map(({ at }) => row[at]).filter((value) => value !== null).map((value) => (isEnum ? words(String(value)) : String(value))).join(", ");
    return { value: `${label}\u0000${rows.indexOf(row)}`, label: label === "" ? "unknown" : label };
  };
  return [{ name: called.path, order: "category", of }];
}

const isYear = ({ path, leaf }: Column) => /year|decade/i.test(path.split(".").at(-1)!) && (!leaf || leaf.type === "Int");

function keyOf(name: string, columns: readonly Column[]): Key {
  const state = columns.find(({ leaf }) => leaf?.type === "State");
  const [first] = columns as readonly [Column];
  if (columns.length === 1 && isYear(first)) {
    return { name, order: "year", of: (row) => (typeof row[first.at] === "number" ? { value: row[first.at] as number, label: String(row[first.at]) } : null) };
  }
  const order: Order = state ? "state" : columns.length === 1 && first.leaf?.type === "Date" ? "date" : "category";
  const end = ({ path }: Column) => path.split(".").at(-1)!;
  const called = NAMES.map((name) => columns.find((column) => end(column) === name)).find((column) => column !== undefined) ?? first;
  const identity = state ?? columns.find((column) => ["id", "code", "ori9", "fips"].includes(end(column))) ?? called;
  return {
    name,
    order,
    of: (row) => {
      const value = row[identity.at] ?? row[called.at];
      if (value === null || value === undefined) return null;
      const label = row[called.at] ?? value;
      return { value: String(value), label: called.leaf?.isEnum ? words(String(label)) : typeof label === "boolean" ? `${humanized(name)}: ${label ? "yes" : "no"}` : String(label) };
    },
  };
}

function isMeasure(column: Column, rows: Table["rows"], isGroups: boolean): boolean {
  const { path, leaf, at } = column;
  if ((isGroups && path.startsWith("key.")) || NO_MEASURE.test(path) || isYear(column)) return false;
  return leaf ? NUMBERS.has(leaf.type) : rows.some((row) => typeof row[at] === "number");
}

function measureOf({ path, leaf, at }: Column, columns: readonly Column[]): Measure {
  const beside = columns.find((column) => column.path === path.replace(/[^.]+$/, "missing") && column.path !== path);
  const number = (value: Json | undefined) => (typeof value === "number" ? value : typeof value === "string" && value !== "" && Number.isFinite(Number(value)) ? Number(value) : null);
  return {
    path,
    label: path.split(".").filter((part) => !["nodes", "totals", "sum"].includes(part)).map(humanized).join(", ").toLowerCase().replace(/^./, (first) => first.toUpperCase()) || humanized(path),
    leaf,
    of: (row) => number(row[at]),
    missing: beside ? (row) => number(row[beside.at]) ?? 0 : null,
  };
}

/** An answer without a list: its numbers of one kind side by side, like the stages of a funnel. */
function fields(measures: readonly Measure[], { rows }: Table): Shape {
  const kinds = grouped(measures.filter(({ path }) => !ASIDE.test(path)), ({ path, leaf }) => `${leaf?.of} ${leaf?.type} ${path.split(".").at(-1)}`);
  const [kept] = [...kinds.values()].sort((one, other) => other.length - one.length);
  const [row] = rows;
  if (!kept || kept.length < 2 || !row) throw new NotAPicture("A chart needs more than one number. Select groups, such as `groups(by: [FISCAL_YEAR])`.");
  const paths = kept.map(({ path }) => path.split("."));
  // The part of the paths that differs is the label; the part that they share is the title.
  const same = paths[0]!.findIndex((part, index) => paths.some((path) => path[index] !== part));
  const name = (path: readonly string[]) => path.slice(same).filter((part, index, parts) => parts.length === 1 || part !== parts.at(-1) || index === 0).join(" ");
  const notes = kept.length < measures.filter(({ path }) => !ASIDE.test(path)).length ? ["Only numbers of one kind are drawn."] : [];
  for (const [index, { missing }] of kept.entries()) {
    const count = missing?.(row) ?? 0;
    if (count > 0) notes.push(`${humanized(name(paths[index]!))} leaves out ${count.toLocaleString("en-US")} ${count === 1 ? "row" : "rows"} of unknown value.`);
  }
  const about = paths[0]!.slice(0, same).filter((part) => part !== "totals").at(-1) ?? "answer";
  const measure: Measure = { path: about, label: humanized(about), leaf: kept[0]!.leaf, of: (row) => row[1] as number | null, missing: null };
  const of: Key["of"] = (row) => ({ value: row[0] as string, label: row[0] as string });
  const made = kept.map(({ of }, index) => [humanized(name(paths[index]!)), of(row)]);
  return { keys: [{ name: "field", order: "category", of }], measures: [measure], rows: made, isGroups: false, notes };
}

/** `federalShare` as `Federal share`. */
export function humanized(name: string): string {
  const words = name.replaceAll(".", " ").replace(/([a-z])([A-Z0-9])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `MUNICIPAL_POLICE` as `Municipal police`. */
export const words = (value: string) => value.charAt(0) + value.slice(1).toLowerCase().replaceAll("_", " ");
