// Describes the active filters in words.
import { dimensionNames, dimensions, UNKNOWN } from "../dimension";
import type { DimensionName } from "../dimension";
import { countyName } from "../loaded-counties";
import type { State } from "../state";
import { catalog } from "../store";

/** The label of a value of a dimension. */
export function valueName(name: DimensionName, value: string): string {
  const dimension = dimensions[name];
  if (value === UNKNOWN) return dimension.unknown;
  if (name === "counties") return countyName(value);
  if (name !== "programs") return dimension.values?.[value] ?? value;
  const programs = catalog.answered.value?.answer.data.programs.nodes;
  const program = programs?.find(({ code }) => code === value);
  return program?.name ?? (programs ? `${value} (not in these data)` : value);
}

/** The selected years; null for all. */
export function yearsWords({ years }: State): string | null {
  if (years === null) return null;
  if (years === UNKNOWN) return "unknown";
  return years.from === years.to ? String(years.from) : `${years.from}–${years.to}`;
}

/** All filters in a sentence, except the chart's own. */
export function filterWords(state: State, without: "years" | DimensionName | null): string {
  const years = without === "years" ? null : yearsWords(state);
  const parts = dimensionNames
    .filter((name) => name !== without && state.chosen[name].length > 0)
    .map((name) => `${dimensions[name].label}: ${state.chosen[name].map((value) => valueName(name, value)).join(", ")}`);
  const all = [...(years === null ? [] : [`Fiscal year: ${years}`]), ...parts];
  return all.length === 0 ? "All awards." : `${all.join(". ")}.`;
}
