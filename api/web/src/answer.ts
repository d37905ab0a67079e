// What the server reports with an answer: the cost of the query, its statements, and the dataset.
//
// The playground requests the cost and the explanation with every query and removes both from what the editor
// shows, because other clients do not get them by default. They are stored by the text shown, so that every
// answer, in any tab, appears with its own numbers.
import { formatResult } from "@graphiql/toolkit";
import { useSyncExternalStore } from "react";
import { isObject, type Json, type JsonObject } from "./json";

export interface Cost {
  readonly price: number | null;
  readonly actual: number | null;
}

export interface Read {
  readonly table: string;
  readonly purpose: string;
  readonly rows: number | null;
  readonly milliseconds: number | null;
}

export interface Explanation {
  readonly milliseconds: number | null;
  readonly reads: readonly Read[];
}

/** What is known about an answer besides its text. */
export interface Beside {
  /** From sending the query to receiving the whole answer; null for later answers of a subscription. */
  readonly milliseconds: number | null;
  readonly cost: Cost | null;
  readonly explanation: Explanation | null;
  /** The query, which determines the types in the answer. */
  readonly asked: Asked;
}

export interface Asked {
  readonly query: string;
  readonly operationName: string | null;
}

export interface Dataset {
  readonly revision: number | null;
  readonly synthetic: boolean;
}

/** How many answers are remembered: more than there are tabs. */
const REMEMBERED = 50;

const beside = new Map<string, Beside>();
let dataset: Dataset | null = null;
const listeners = new Set<() => void>();

/** Remembers what came with an answer, and returns the answer to show. */
export function take(answer: JsonObject, milliseconds: number | null, asked: Asked): JsonObject {
  const { extensions, ...rest } = answer;
  const { cost, explain, ...others } = isObject(extensions) ? extensions : {};
  noteDataset(others["dataset"]);
  const shown = Object.keys(others).length === 0 ? rest : { ...rest, extensions: others };
  const text = formatResult(shown);
  beside.delete(text);
  beside.set(text, { milliseconds, cost: readCost(cost), explanation: readExplanation(explain), asked });
  for (const oldest of beside.keys()) {
    if (beside.size <= REMEMBERED) break;
    beside.delete(oldest);
  }
  return shown;
}

/** What came with the answer of this text. */
export function recall(text: string | null | undefined): Beside | null {
  return (text && beside.get(text)) || null;
}

/** The dataset of the latest answer; null before the first. */
export function useDataset(): Dataset | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => dataset,
  );
}

/** The name of a file made from an answer; it names the revision of the data. */
export function fileName(name: string, dataset: Dataset | null): string {
  const about = dataset === null ? [] : [dataset.revision === null ? null : `revision-${dataset.revision}`, dataset.synthetic ? "synthetic" : null];
  return [name, ...about].filter((part) => part !== null).join("-");
}

function noteDataset(said: Json | undefined): void {
  if (!isObject(said)) return;
  const found = { revision: number(said["revision"]), synthetic: said["synthetic"] === true };
  if (found.revision === dataset?.revision && found.synthetic === dataset?.synthetic) return;
  dataset = found;
  for (const listener of listeners) listener();
}

function readCost(said: Json | undefined): Cost | null {
  if (!isObject(said)) return null;
  const cost = { price: number(said["price"]), actual: number(said["actual"]) };
  return cost.price === null && cost.actual === null ? null : cost;
}

function readExplanation(said: Json | undefined): Explanation | null {
  if (!isObject(said) || !Array.isArray(said["reads"])) return null;
  const reads = said["reads"].filter(isObject).map((read) => ({
    table: text(read["table"]),
    purpose: text(read["purpose"]),
    rows: number(read["rows"]),
    milliseconds: number(read["milliseconds"]),
  }));
  return { milliseconds: number(said["milliseconds"]), reads };
}

function number(value: Json | undefined): number | null {
  return typeof value === "number" ? value : null;
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
