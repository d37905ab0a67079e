// How all charts format numbers, and report what they leave out.
import type { ComponentChildren } from "preact";
import type { Measure, Reading } from "../measure";
import { counted, whole } from "../../../chart/numbers";
import { overview } from "../store";

/** A formatted number, or why there is none. */
export function written(measure: Measure, { value, missing, awards }: Reading, format = measure.format): string {
  if (value !== null) return `${format(value)}${missing ? "*" : ""}`;
  return awards === 0 ? "no awards" : "unknown";
}

/** What the numbers of a chart leave out. */
export function leftOut(readings: readonly Reading[]): string[] {
  const missing = readings.reduce((sum, reading) => sum + (reading.missing ?? 0), 0);
  if (missing === 0) return [];
  return [`* Excludes ${counted(missing, "award")} of unknown value.`];
}

/** A row of the table behind a chart. */
export const row = (label: string, measure: Measure, reading: Reading) => [
  { text: label },
  { text: written(measure, reading).replace("*", ""), isNumber: true },
  { text: whole(reading.awards), isNumber: true },
  { text: reading.missing === null ? "" : whole(reading.missing), isNumber: true },
];

/** The columns of that table after the first. */
export const columns = (label: string) => [label, "Awards", "Awards of unknown value"];

interface WaitingProperties {
  readonly title: string;
  /** Why there is no chart, if known. */
  readonly words?: string;
  readonly tools?: ComponentChildren;
  readonly class?: string;
}

/** The placeholder of a chart. */
export const Waiting = ({ title, words, tools, ...rest }: WaitingProperties) => (
  <section class={`figure ${rest.class ?? ""}`} aria-busy={overview.shown.value.error === null && words === undefined}>
    <header>
      <h2>{title}</h2>
      <div class="tools">{tools}</div>
    </header>
    <p class="waiting">{words ?? (overview.shown.value.error ? "Nothing to show." : "Loading…")}</p>
  </section>
);
