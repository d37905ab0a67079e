// Numbers and what they leave out, as all pictures write them.
import type { ComponentChildren } from "preact";
import type { Measure, Reading } from "../measure";
import { counted, whole } from "../../../chart/numbers";
import { overview } from "../store";

/** A number as it is written, or why there is none. */
export function written(measure: Measure, { value, missing, awards }: Reading, format = measure.format): string {
  if (value !== null) return `${format(value)}${missing ? "*" : ""}`;
  return awards === 0 ? "no awards" : "not known";
}

/** What the numbers of a picture leave out. */
export function leftOut(readings: readonly Reading[]): string[] {
  const missing = readings.reduce((sum, reading) => sum + (reading.missing ?? 0), 0);
  if (missing === 0) return [];
  return [`* Without ${counted(missing, "award")} whose value is not known.`];
}

/** A row of the table behind a picture. */
export const row = (label: string, measure: Measure, reading: Reading) => [
  { text: label },
  { text: written(measure, reading).replace("*", ""), isNumber: true },
  { text: whole(reading.awards), isNumber: true },
  { text: reading.missing === null ? "" : whole(reading.missing), isNumber: true },
];

/** What the columns of that table are. */
export const columns = (label: string) => [label, "Awards", "Awards not known"];

interface WaitingProperties {
  readonly title: string;
  /** Why there is none, where that is known. */
  readonly words?: string;
  readonly tools?: ComponentChildren;
  readonly class?: string;
}

/** What stands for a picture that is not there yet. */
export const Waiting = ({ title, words, tools, ...rest }: WaitingProperties) => (
  <section class={`figure ${rest.class ?? ""}`} aria-busy={overview.shown.value.error === null && words === undefined}>
    <header>
      <h2>{title}</h2>
      <div class="tools">{tools}</div>
    </header>
    <p class="waiting">{words ?? (overview.shown.value.error ? "Nothing to show." : "Loading…")}</p>
  </section>
);
