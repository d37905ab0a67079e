// The bar below an answer: how long it took, what it cost, how it was read, and its rows as a file.
import { useGraphiQL, VisuallyHidden } from "@graphiql/react";
import { useState } from "react";
import { type Explanation, recall, useDataset } from "./answer";
import { NotATable, table } from "./csv";
import { isObject, type JsonObject } from "./json";

/** The answer that is shown, and the name of its tab. */
function useShown() {
  return useGraphiQL((state) => {
    const tab = state.tabs[state.activeTabIndex];
    return { text: tab?.response ?? null, operationName: tab?.operationName ?? null };
  });
}

/** What the query cost, beside the button that runs it. Nothing where the server does not say. */
export function CostBadge() {
  const cost = recall(useShown().text)?.cost;
  if (!cost) return null;
  const shown = cost.actual ?? cost.price;
  const words = [
    cost.price === null ? null : `priced at ${cost.price.toLocaleString()} before it ran`,
    cost.actual === null ? null : `${cost.actual.toLocaleString()} in fact`,
  ];
  const title = `Cost: ${words.filter((word) => word !== null).join(", ")}`;
  return (
    <p className="cost" title={title}>
      <VisuallyHidden>{title}</VisuallyHidden>
      <span aria-hidden="true">cost</span>
      <strong aria-hidden="true">{compact(shown)}</strong>
    </p>
  );
}

export function ResultBar() {
  const { text, operationName } = useShown();
  const dataset = useDataset();
  const [open, setOpen] = useState(false);
  const [said, setSaid] = useState<{ about: string; words: string } | null>(null);
  if (!text) return null;
  const beside = recall(text);
  const explanation = beside?.explanation ?? null;
  const statements = explanation === null ? null : count(explanation.reads.length, "statement");

  function download(text: string) {
    const name = [operationName ?? "answer", dataset?.revision == null ? null : `revision-${dataset.revision}`, dataset?.synthetic ? "synthetic" : null];
    setSaid({ about: text, words: save(text, `${name.filter((part) => part !== null).join("-")}.csv`) });
  }

  return (
    <div className="result">
      {open && explanation !== null && <Reads explanation={explanation} />}
      <div className="result-bar">
        <span className="result-facts">
          {beside !== null && <span>{Math.round(beside.milliseconds).toLocaleString()} ms</span>}
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
    const { csv, rows, more } = table(dataOf(text));
    const url = URL.createObjectURL(new Blob([csv], { type: "text/csv;charset=utf-8" }));
    const anchor = document.createElement("a");
    anchor.href = url;
    anchor.download = name;
    anchor.click();
    URL.revokeObjectURL(url);
    return `Saved ${count(rows, "row")}${more ? "; the list goes on after this page" : ""}.`;
  } catch (error) {
    if (error instanceof NotATable) return error.message;
    throw error;
  }
}

function dataOf(text: string): JsonObject {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new NotATable("There is no answer to save.");
  }
  if (!isObject(answer) || !isObject(answer["data"])) throw new NotATable("The answer has no data.");
  return answer["data"];
}

function count(number: number, word: string): string {
  return `${number.toLocaleString()} ${word}${number === 1 ? "" : "s"}`;
}

function compact(number: number | null): string {
  return number === null ? "" : new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(number);
}
