// The answer of a query as a table.
//
// A table has rows of one kind. So the one list at the root becomes the rows (the `nodes` or `edges` of a
// connection, or of its `groups`), nested objects become dotted columns, and whatever else has no place in
// a table is an error that says what to ask instead. An answer without a list is a table of one row.
import { isObject, type Json, type JsonObject } from "./json";

/** Why an answer is not a table; its message is for the person who asked. */
export class NotATable extends Error {}

/** A table, and what of the answer it does not hold. */
export interface Table {
  /** Where the rows stand in the answer; empty for an answer without a list. */
  readonly list: readonly string[];
  /** The paths of the columns, inside of a row. */
  readonly columns: readonly (readonly string[])[];
  /** The cells of each row, in the order of the columns. */
  readonly rows: readonly (readonly Json[])[];
  /** Whether the list goes on after the page that was asked for, as far as the answer tells. */
  readonly more: boolean;
}

/** The columns of a list of rows: what has columns below it is no column itself. */
type Columns = Map<string, Columns>;

/** Makes a table of the `data` of an answer. */
export function table(data: JsonObject): Table {
  const lists = [...listsIn(data, [], data)];
  if (lists.length > 1) {
    const names = lists.map((list) => `\`${list.path.join(".")}\``).join(" and ");
    throw new NotATable(`The answer has ${lists.length} lists, ${names}, and a table has one: ask for one of them.`);
  }
  const list = lists[0];
  const rows = list?.rows ?? [data];
  if (rows.length === 0) throw new NotATable("The answer has no rows.");
  const columns: Columns = new Map();
  for (const row of rows) collect(row, columns, list?.path ?? []);
  const paths = [...leaves(columns, [])];
  return {
    list: list?.path ?? [],
    columns: paths,
    rows: rows.map((row) => paths.map((path) => at(row, path))),
    more: list !== undefined && hasMore(list.parent, rows.length),
  };
}

/** The table of an answer as the editor shows it. */
export function tableOf(text: string): Table {
  return table(dataOf(text));
}

function dataOf(text: string): JsonObject {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new NotATable("There is no answer.");
  }
  if (!isObject(answer) || !isObject(answer["data"])) throw new NotATable("The answer has no data.");
  return answer["data"];
}

interface List {
  readonly path: string[];
  readonly parent: JsonObject;
  readonly rows: Json[];
}

/** The lists that stand in objects, but in no list. */
function* listsIn(value: Json, path: string[], parent: JsonObject): Generator<List> {
  if (Array.isArray(value)) {
    yield { path, parent, rows: value };
  } else if (isObject(value)) {
    for (const [key, child] of Object.entries(value)) yield* listsIn(child, [...path, key], value);
  }
}

function collect(row: Json, columns: Columns, list: string[], path: string[] = []): void {
  if (!isObject(row)) return;
  for (const [key, value] of Object.entries(row)) {
    const here = [...path, key];
    if (isListOfRows(value)) {
      const place = [...list, ...here].join(".");
      throw new NotATable(`\`${place}\` is a list inside of a row, which a table has no place for: leave it out, or ask for that list by itself.`);
    }
    const below = columns.get(key) ?? new Map();
    columns.set(key, below);
    collect(value, below, list, here);
  }
}

/** A list of plain values fits a cell; any other is rows of its own, and so may be an empty one. */
function isListOfRows(value: Json): boolean {
  return Array.isArray(value) && value.some((item) => typeof item === "object" && item !== null);
}

function* leaves(columns: Columns, path: string[]): Generator<string[]> {
  for (const [key, below] of columns) {
    if (below.size === 0) yield [...path, key];
    else yield* leaves(below, [...path, key]);
  }
  if (columns.size === 0 && path.length === 0) yield ["value"];
}

function at(row: Json, path: string[]): Json {
  // A list of plain values has rows without names.
  if (!isObject(row)) return row;
  let value: Json = row;
  for (const key of path) value = isObject(value) ? (value[key] ?? null) : null;
  return value;
}

function hasMore(connection: JsonObject, rows: number): boolean {
  const page = connection["pageInfo"];
  if (isObject(page) && (page["hasNextPage"] === true || page["hasPreviousPage"] === true)) return true;
  const total = connection["totalCount"];
  return typeof total === "number" && total > rows;
}
