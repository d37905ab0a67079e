// What the pictures of the overview show.
import { useComputed } from "@preact/signals";
import type { Ask } from "../ask";
import { measureLabel } from "../filter";
import { measures } from "../measure";
import type { Measure, MeasureName } from "../measure";
import { catalog, overview } from "../store";

export type ShownOverview = NonNullable<ReturnType<typeof useShown>["value"]>;

/** What is shown: an answer and the measure that it was asked with, which may be another than the one chosen by now. */
export function useShown() {
  return useComputed(() => {
    const answered = overview.answered.value;
    const known = catalog.answered.value?.answer.data;
    if (!answered || !known) return null;
    const { answer, asked } = answered;
    return { answer: answer.data, asked, known, ...askedMeasure(asked) };
  });
}

/** The measure that a document was asked with, and what it is called: another one may be chosen by now. */
export function askedMeasure({ document, variables }: Ask): { measure: Measure; label: string } {
  const measure = measures[document.split("/")[1] as MeasureName];
  return { measure, label: measureLabel(measure, (variables["inDollarsOf"] as number | undefined) ?? null) };
}
