// Turns the answer of a query into a table.
//
// The one list at the root becomes the rows (the `nodes` or `edges` of a connection, or of its `groups`), and nested
// objects become dotted columns. Anything that does not fit is an error that says what to select instead. An answer
// without a list is a table of one row.
import { isObject, type Json, type JsonObject } from "./json";

/** Why an answer is not a table; the message is for the user. */
export class NotATable extends Error {}

/** A table, and whether the list has more rows. */
export interface Table {
  /** The path of the rows in the answer; empty for an answer without a list. */
  readonly list: readonly string[];
  /** The paths of the columns within a row. */
  readonly columns: readonly (readonly string[])[];
  /** The cells of each row, in the order of the columns. */
  readonly rows: readonly (readonly Json[])[];
  /** Whether the list has more rows than this page, as far as the answer says. */
  readonly more: boolean;
}

/** The columns of a list of rows, as a tree whose leaves are columns. */
type Columns = Map<string, Columns>;

/** Turns the `data` of an answer into a table. */
export function table(data: JsonObject): Table {
  const lists = [...listsIn(data, [], data)];
  if (lists.length > 1) {
    const names = lists.map((list) => `\`${list.path.join(".")}\``).join(" and ");
    throw new NotATable(`The answer has ${lists.length} lists, ${names}, and a table shows one. Select only one of them.`);
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

/** The table of an answer in the form that the editor shows. */
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

/** The lists that are not inside another list. */
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
      throw new NotATable(`\`${place}\` is a list within a row, which does not fit in a table. Remove it, or query that list by itself.`);
    }
    const below = columns.get(key) ?? new Map();
    columns.set(key, below);
    collect(value, below, list, here);
  }
}

/** A list of plain values fits in a cell; a list of objects does not. */
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
  // A list of plain values has one column without a name.
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
