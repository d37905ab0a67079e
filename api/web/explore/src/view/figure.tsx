// The frame of a chart: its title, what it counts, what it leaves out, and the export menu.
import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import type { Ask } from "../ask";
import { TakeAway } from "./take-away";
import type { FileAsk } from "./take-away";

export interface TableCell {
  readonly text: string;
  readonly isNumber?: boolean;
}

export interface Properties {
  readonly title: string;
  /** What the chart counts: shown once for the measure, with each table, and in each file. */
  readonly about: string;
  /** How to read or use the chart. */
  readonly hint?: string;
  /** What it leaves out, and what is unknown. */
  readonly missing?: readonly string[];
  /** The query of exactly this chart; null if nothing is shown yet. */
  readonly ask: Ask | null;
  /** The queries of its files, if they differ from the query of the chart. */
  readonly files?: readonly FileAsk[];
  /** The table behind the chart. */
  readonly columns: readonly string[];
  readonly rows: () => readonly (readonly TableCell[])[];
  /** A note below the table, such as that there are more rows. */
  readonly more?: string;
  /** The active filters in words, for files. */
  readonly filters: () => string;
  readonly children: ComponentChildren;
  readonly tools?: ComponentChildren;
  readonly class?: string;
  readonly isStale?: boolean;
}

export function Figure({ title, about, hint, missing = [], ask, files, columns, rows, more, filters, children, tools, isStale, ...rest }: Properties) {
  const [isTable, setTable] = useState(false);
  const frame = useRef<HTMLElement>(null);
  const id = useId();
  return (
    <section ref={frame} class={`figure ${rest.class ?? ""}`} aria-labelledby={id} aria-busy={isStale === true}>
      <header>
        <h2 id={id}>{title}</h2>
        <div class="tools">
          {tools}
          <button type="button" class="small" aria-pressed={isTable} onClick={() => setTable(!isTable)}>Table</button>
          {ask && <TakeAway {...{ title, ask }} {...(files && { files })} words={() => [filters(), about, hint ?? "", ...missing]} svg={() => frame.current?.querySelector<SVGSVGElement>(".chart svg") ?? null} />}
        </div>
      </header>
      {isTable ? <Numbers {...{ title, columns, rows }} /> : children}
      {isTable && <p class="about">{more} {about}</p>}
      {hint && <p class="about">{hint}</p>}
      {missing.length > 0 && <p class="missing">{missing.join(" ")}</p>}
    </section>
  );
}

function Numbers({ title, columns, rows: made }: Pick<Properties, "title" | "columns" | "rows">) {
  const rows = made();
  return (
    <div class="numbers" tabindex={0} role="region" aria-label={`${title}, as a table`}>
      <table>
        <thead>
          <tr>{columns.map((column, index) => <th key={column} scope="col" class={rows[0]?.[index]?.isNumber ? "number" : ""}>{column}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, place) =>
                place === 0 ? <th key={place} scope="row">{cell.text}</th> : <td key={place} class={cell.isNumber ? "number" : ""}>{cell.text}</td>,
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p>No awards.</p>}
    </div>
  );
}
