// The bar below an answer: how long it took, what it cost, how it was read, and its rows as a file.
import { VisuallyHidden } from "@graphiql/react";
import { useState } from "react";
import { fileName, type Explanation, recall, useDataset } from "./answer";
import { save as saveFile } from "../chart/picture";
import { csv } from "./csv";
import { usePrice } from "./price";
import { NotATable, tableOf } from "./table";

/** What the query in the editor costs, beside the button that runs it. Nothing where the server does not say. */
export function CostBadge() {
  const price = usePrice("/graphql");
  if (!price) return null;
  const title = price.refused === null ? `Cost: ${price.points?.toLocaleString()} points, as estimated before it runs` : `The server would refuse this query: ${price.refused}`;
  return (
    <p className={price.refused === null ? "cost" : "cost refused"} title={title} aria-live="polite">
      <VisuallyHidden>{title}</VisuallyHidden>
      <span aria-hidden="true">{price.points === null ? "refused" : "cost"}</span>
      {price.points !== null && <strong aria-hidden="true">{compact(price.points)}</strong>}
    </p>
  );
}

/** The answer that is shown, and the name of its tab. */
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

/** The statements that an answer took. */
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
    <div className="reads" tabIndex={0} role="region" aria-label="How the answer was read">
      <table>
        <caption>
          {count(explanation.reads.length, "statement")}
          {total}
        </caption>
        <thead>
          <tr>
            <th scope="col">Table</th>
            <th scope="col">What for</th>
            <th scope="col">Rows</th>
            <th scope="col">ms</th>
          </tr>
        </thead>
        <tbody>{rows}</tbody>
      </table>
    </div>
  );
}

/** Saves the answer as a file, and says what was saved, or why nothing was. */
function save(text: string, name: string): string {
  try {
    const table = tableOf(text);
    saveFile(new Blob([csv(table)], { type: "text/csv;charset=utf-8" }), name);
    return `Saved ${count(table.rows.length, "row")}${table.more ? "; the list goes on after this page" : ""}.`;
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
