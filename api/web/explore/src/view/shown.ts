// What the charts of the overview show.
import { useComputed } from "@preact/signals";
import type { Ask } from "../ask";
import { measureLabel } from "../filter";
import { measures } from "../measure";
import type { Measure, MeasureName } from "../measure";
import { catalog, overview } from "../store";

export type ShownOverview = NonNullable<ReturnType<typeof useShown>["value"]>;

/** The answer shown, with the measure that was requested, which may differ from the current choice. */
export function useShown() {
  return useComputed(() => {
    const answered = overview.answered.value;
    const known = catalog.answered.value?.answer.data;
    if (!answered || !known) return null;
    const { answer, asked } = answered;
    return { answer: answer.data, asked, known, ...askedMeasure(asked) };
  });
}

/** The measure that was requested, and its label; the user may have chosen another since. */
export function askedMeasure({ document, variables }: Ask): { measure: Measure; label: string } {
  const measure = measures[document.split("/")[1] as MeasureName];
  return { measure, label: measureLabel(measure, (variables["inDollarsOf"] as number | undefined) ?? null) };
}
