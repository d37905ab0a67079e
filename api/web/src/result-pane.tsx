// The answer pane: JSON, a table or a chart.
import { useGraphiQL } from "@graphiql/react";
import { useEffect, useMemo, useRef } from "react";
import { png, save, svgText } from "../chart/picture";
import { fileName, recall, useDataset } from "./answer";
import { draw } from "./draw";
import { isObject, type Json } from "./json";
import { plot, type Plot } from "./plot";
import { responseTypes } from "./response-types";
import { ResultBar } from "./result-bar";
import { humanized, NotAPicture, shape, type Kind, type Shape } from "./shape";
import type { View } from "./share";
import { NotATable, tableOf, type Table } from "./table";
import { show, useView } from "./views";

/** The most rows that the table shows; the file has all of them. */
const MOST_ROWS = 500;
const VIEWS = { json: "JSON", table: "Table", chart: "Chart" } as const;
const KINDS: Readonly<Record<Kind, string>> = { lines: "Lines", map: "Map", bars: "Bars" };

/** A value, or why there is none. */
type Made<T> = { readonly is: T; readonly why: null } | { readonly is: null; readonly why: string };

function made<T>(make: () => T): Made<T> {
  try {
    return { is: make(), why: null };
  } catch (error) {
    if (error instanceof NotATable || error instanceof NotAPicture) return { is: null, why: error.message };
    throw error;
  }
}

const after = <T, U>(from: Made<T>, make: (value: T) => U): Made<U> => (from.why === null ? made(() => make(from.is)) : from);

export function ResultPane() {
  const { id, text, operationName, schema } = useGraphiQL((state) => {
    const tab = state.tabs[state.activeTabIndex];
    return { id: tab?.id ?? "", text: tab?.response ?? "", operationName: tab?.operationName ?? null, schema: state.schema };
  });
  const chosen = useView(id);
  const { rows, form } = useMemo(() => {
    const asked = recall(text)?.asked;
    const rows = made(() => tableOf(text));
    const leaves = asked && schema ? responseTypes(schema, asked.query, asked.operationName) : new Map();
    return { rows, form: after(rows, (table) => shape(table, leaves)) };
  }, [text, schema]);
  if (text === "") return null;
  // Groups open as a chart, other lists as JSON.
  const view = chosen ?? { as: form.is?.isGroups ? "chart" : "json" };
  return (
    <>
      <div className="views" data-as={view.as} role="radiogroup" aria-label="View of the answer">
        {(["json", "table", "chart"] as const).map((as) => (
          <label key={as}>
            <input type="radio" name="view" checked={view.as === as} onChange={() => show(id, { ...view, as })} />
            {VIEWS[as]}
          </label>
        ))}
      </div>
      {view.as === "table" && (rows.is ? <Rows table={rows.is} /> : <Nothing why={rows.why} />)}
      {view.as === "chart" && (form.is ? <Chart shape={form.is} view={view} text={text} name={operationName} onChoose={(next) => show(id, { ...view, ...next })} /> : <Nothing why={form.why} />)}
      <ResultBar text={text} operationName={operationName} />
    </>
  );
}

const Nothing = ({ why }: { why: string | null }) => <p className="nothing-drawn" role="status">{why}</p>;

function Rows({ table: { columns, rows, more } }: { table: Table }) {
  const isNumber = columns.map((_, at) => rows.some((row) => typeof row[at] === "number"));
  const notes = [rows.length > MOST_ROWS ? `Shown: the first ${MOST_ROWS} of ${rows.length.toLocaleString()} rows. The CSV file has all of them.` : "", more ? "The list has more rows than this page." : ""].filter((note) => note !== "");
  return (
    <div className="rows-shown" tabIndex={0} role="region" aria-label="The answer as a table">
      <table>
        <thead>
          <tr>{columns.map((path, at) => <th key={path.join(".")} scope="col" className={isNumber[at] ? "number" : ""}>{path.join(".")}</th>)}</tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_ROWS).map((row, index) => (
            <tr key={index}>{row.map((value, at) => <td key={at} className={isNumber[at] ? "number" : ""}>{cell(value)}</td>)}</tr>
          ))}
        </tbody>
      </table>
      {notes.length > 0 && <p>{notes.join(" ")}</p>}
    </div>
  );
}

function cell(value: Json) {
  if (value === null) return <em>null</em>;
  if (typeof value === "number") return Number.isInteger(value) && value > 9999 ? value.toLocaleString("en-US") : String(value);
  return Array.isArray(value) ? value.map(String).join("; ") : String(value);
}

interface ChartProperties {
  readonly shape: Shape;
  readonly view: View;
  readonly text: string;
  readonly name: string | null;
  readonly onChoose: (next: Partial<View>) => void;
}

function Chart({ shape, view, text, name, onChoose }: ChartProperties) {
  const { chart, measure, by } = view;
  const drawn = useMemo(() => made(() => plot(shape, { kind: chart as Kind, measure, by })), [shape, chart, measure, by]);
  const warnings = useMemo(() => warned(text), [text]);
  const element = useRef<HTMLDivElement>(null);
  const plotted = drawn.is;
  useEffect(() => {
    if (element.current) draw(plotted, element.current);
  }, [plotted]);
  useEffect(() => {
    const { current } = element;
    return () => {
      if (current) draw(null, current);
    };
  }, []);
  return (
    <div className="drawing figure" role="region" aria-label="The answer as a chart" tabIndex={0}>
      {plotted && <Tools plot={plotted} {...{ onChoose, name }} element={() => element.current} />}
      {plotted && <h3>{plotted.title}</h3>}
      {drawn.is === null && <Nothing why={drawn.why} />}
      <div ref={element} />
      {plotted && [...new Set([...plotted.notes, ...about(plotted, warnings)])].map((note) => <p key={note}>{note}</p>)}
    </div>
  );
}

interface ToolsProperties {
  readonly plot: Plot;
  readonly name: string | null;
  readonly onChoose: (next: Partial<View>) => void;
  readonly element: () => HTMLDivElement | null;
}

/** Controls that change the chart and save it. */
function Tools({ plot, name, onChoose, element }: ToolsProperties) {
  const dataset = useDataset();
  const file = () => {
    const charts = [...(element()?.querySelectorAll<SVGSVGElement>(".chart svg") ?? [])];
    const of = dataset?.revision == null ? "" : `Revision ${dataset.revision} of the data at ${location.origin}.`;
    return svgText(charts, { title: plot.title, lines: [...plot.notes, dataset?.synthetic ? "Synthetic data: these numbers are not real." : "", of].filter((line) => line !== "") });
  };
  const called = fileName(name ?? "answer", dataset);
  return (
    <div className="drawing-tools">
      <Select label="Chart" value={plot.kind} options={plot.kinds.map((kind) => [kind, KINDS[kind]])} onChoose={(chart) => onChoose({ chart })} />
      <Select label="Number" value={plot.drawn[0]!.path} options={plot.measures.map(({ path, label }) => [path, label])} onChoose={(measure) => onChoose({ measure })} />
      {plot.by && <Select label="Small multiples by" value={plot.by.name} options={plot.keys.map((key) => [key.name, humanized(key.name)])} onChoose={(by) => onChoose({ by })} />}
      <button type="button" onClick={() => save(new Blob([file()], { type: "image/svg+xml" }), `${called}.svg`)}>SVG</button>
      <button type="button" onClick={async () => save(await png(file()), `${called}.png`)}>PNG</button>
    </div>
  );
}

interface SelectProperties {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly onChoose: (value: string) => void;
}

function Select({ label, value, options, onChoose }: SelectProperties) {
  if (options.length < 2) return null;
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {options.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
      </select>
    </label>
  );
}

/** The server's warnings, with their paths in the answer. */
function warned(text: string): { readonly place: string; readonly message: string }[] {
  const answer: unknown = JSON.parse(text);
  const warnings = isObject(answer) && isObject(answer["extensions"]) ? answer["extensions"]["warnings"] : null;
  if (!Array.isArray(warnings)) return [];
  return warnings.flatMap((warning) => (isObject(warning) && Array.isArray(warning["path"]) ? [{ place: warning["path"].join("."), message: String(warning["message"]) }] : []));
}

/** The warnings about the measures drawn. */
const about = ({ drawn }: Plot, warnings: readonly { readonly place: string; readonly message: string }[]) =>
  warnings.filter(({ place }) => drawn.some(({ path }) => place.endsWith(`.${path}`))).map(({ message }) => sentence(message));

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;
