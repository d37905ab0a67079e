// What the pictures of the overview show.
import { useComputed } from "@preact/signals";
import { measureLabel } from "../filter";
import { measures } from "../measure";
import type { MeasureName } from "../measure";
import { catalog, overview } from "../store";

export type ShownOverview = NonNullable<ReturnType<typeof useShown>["value"]>;

/** What is shown: an answer and the measure that it was asked with, which may be another than the one chosen by now. */
export function useShown() {
  return useComputed(() => {
    const answered = overview.answered.value;
    const known = catalog.answered.value?.answer.data;
    if (!answered || !known) return null;
    const { answer, asked } = answered;
    const measure = measures[asked.document.split("/")[1] as MeasureName];
    const dollarsOf = (asked.variables["inDollarsOf"] as number | undefined) ?? null;
    return { answer: answer.data, asked, known, measure, label: measureLabel(measure, dollarsOf) };
  });
}
