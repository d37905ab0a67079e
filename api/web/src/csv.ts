// A table as CSV.
import { isObject, type Json } from "./json";
import type { Table } from "./table";

// RFC 4180. A row of one empty cell is quoted, because readers skip empty lines. There is no byte order mark, because R
// and older tools would read it as part of the first name.
export function csv({ columns, rows }: Table): string {
  const lines = [columns.map((path) => path.join(".")), ...rows.map((row) => row.map(cell))];
  return lines.map((line) => (line.map(quoted).join(",") || '""') + "\r\n").join("");
}

function cell(value: Json): string {
  if (value === null || isObject(value)) return "";
  if (Array.isArray(value)) return harmless(value.map(String).join("; "));
  return typeof value === "string" ? harmless(value) : String(value);
}

/** Puts an apostrophe before text that a spreadsheet would run as a formula. */
function harmless(text: string): string {
  return /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/u.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
