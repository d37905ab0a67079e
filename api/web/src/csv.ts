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
  readonly csv: string;
  readonly rows: number;
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
  const lines = [
    paths.map((path) => path.join(".")),
    ...rows.map((row) => paths.map((path) => cell(at(row, path)))),
  ];
  // RFC 4180; a row of one empty cell is quoted, since readers skip empty lines. There is no byte order mark: R and older tools would read it as part of the first name.
  const csv = lines.map((line) => (line.map(quoted).join(",") || '""') + "\r\n").join("");
  return { csv, rows: rows.length, more: list !== undefined && hasMore(list.parent, rows.length) };
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

function cell(value: Json): string {
  if (value === null || isObject(value)) return "";
  if (Array.isArray(value)) return harmless(value.map(String).join("; "));
  return typeof value === "string" ? harmless(value) : String(value);
}

/** Text that a spreadsheet would run as a formula gets an apostrophe in front, which makes it text. */
function harmless(text: string): string {
  return /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/u.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function hasMore(connection: JsonObject, rows: number): boolean {
  const page = connection["pageInfo"];
  if (isObject(page) && (page["hasNextPage"] === true || page["hasPreviousPage"] === true)) return true;
  const total = connection["totalCount"];
  return typeof total === "number" && total > rows;
}
