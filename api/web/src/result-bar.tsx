// The bar below an answer: its time, its cost, its statements, and a button that saves its rows as CSV.
import { VisuallyHidden } from "@graphiql/react";
import { useState } from "react";
import { fileName, type Explanation, recall, useDataset } from "./answer";
import { save as saveFile } from "../chart/picture";
import { csv } from "./csv";
import { usePrice } from "./price";
import { NotATable, tableOf } from "./table";

/** The cost of the query in the editor, next to the run button. Empty if the server does not report one. */
export function CostBadge() {
  const price = usePrice("/graphql");
  if (!price) return null;
  const title = price.refused === null ? `Estimated cost: ${price.points?.toLocaleString()} points` : `The server would reject this query: ${price.refused}`;
  return (
    <p className={price.refused === null ? "cost" : "cost refused"} title={title} aria-live="polite">
      <VisuallyHidden>{title}</VisuallyHidden>
      <span aria-hidden="true">{price.points === null ? "rejected" : "cost"}</span>
      {price.points !== null && <strong aria-hidden="true">{compact(price.points)}</strong>}
    </p>
  );
}

/** The answer shown, and the name of its tab. */
interface ResultBarProperties {
  readonly text: string;
  readonly operationName: string | null;
}

export function ResultBar({ text, operationName }: ResultBarProperties) {
  const dataset = useDataset();
  const [open, setOpen] = useState(false);
  const [said, setSaid] = useState<{ about: string; words: string } | null>(null);
  const beside = recall(text);
  const explanation = beside?.explanation ?? null;
  const statements = explanation === null ? null : count(explanation.reads.length, "statement");

  function download(text: string) {
    setSaid({ about: text, words: save(text, `${fileName(operationName ?? "answer", dataset)}.csv`) });
  }

  return (
    <div className="result">
      {open && explanation !== null && <Reads explanation={explanation} />}
      <div className="result-bar">
        <span className="result-facts">
          {beside?.milliseconds != null && <span>{Math.round(beside.milliseconds).toLocaleString()} ms</span>}
          {beside?.cost && <span>cost {compact(beside.cost.actual ?? beside.cost.price)}</span>}
        </span>
        {statements !== null && (
          <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
            Explain: {statements}
          </button>
        )}
        <button type="button" onClick={() => download(text)}>
          Download CSV
        </button>
        <span role="status" className="result-said">
          {said?.about === text ? said.words : ""}
        </span>
      </div>
    </div>
  );
}

/** The statements behind an answer. */
function Reads({ explanation }: { explanation: Explanation }) {
  const rows = explanation.reads.map((read, index) => (
    <tr key={index}>
      <td>{read.table}</td>
      <td>{read.purpose}</td>
      <td>{read.rows?.toLocaleString() ?? ""}</td>
      <td>{read.milliseconds?.toFixed(1) ?? ""}</td>
    </tr>
  ));
  const total = explanation.milliseconds === null ? "" : `, ${explanation.milliseconds.toFixed(1)} ms on the server`;
  return (
    <div className="reads" tabIndex={0} role="region" aria-label="Statements behind the answer">
      <table>
        <caption>
          {count(explanation.reads.length, "statement")}
          {total}
        </caption>
        <thead>
          <tr>
            <th scope="col">Table</th>
            <th scope="col">Purpose</th>
            <th scope="col">Rows</th>
            <th scope="col">ms</th>
          </tr>
        </thead>
        <tbody>{rows}</tbody>
      </table>
    </div>
  );
}

/** Saves the answer as a file. Returns what was saved, or why nothing was. */
function save(text: string, name: string): string {
  try {
    const table = tableOf(text);
    saveFile(new Blob([csv(table)], { type: "text/csv;charset=utf-8" }), name);
    return `Saved ${count(table.rows.length, "row")}${table.more ? "; the list has more rows" : ""}.`;
  } catch (error) {
    if (error instanceof NotATable) return error.message;
    throw error;
  }
}

function count(number: number, word: string): string {
  return `${number.toLocaleString()} ${word}${number === 1 ? "" : "s"}`;
}

function compact(number: number | null): string {
  return number === null ? "" : new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(number);
}
