// Loads the map of counties on first use.
import { effect, signal } from "@preact/signals";
import type { CountyOutline } from "../../chart/counties";
import type { CountyMap } from "../../chart/county-map";
import { state } from "./store";

export interface Loaded {
  readonly outlines: readonly CountyOutline[];
  readonly CountyMap: typeof CountyMap;
}
export const loaded = signal<Loaded | null>(null);
export const failure = signal("");

let isLoading = false;
effect(() => {
  if (state.value.map !== "counties" || isLoading) return;
  isLoading = true;
  load().catch((error: unknown) => {
    isLoading = false;
    failure.value = `Cannot load the map of counties: ${error instanceof Error ? error.message : String(error)}.`;
  });
});

async function load(): Promise<void> {
  const [{ countyOutlines }, drawn] = await Promise.all([import("../../chart/counties"), import("../../chart/county-map")]);
  loaded.value = { outlines: await countyOutlines(), CountyMap: drawn.CountyMap };
  failure.value = "";
}

/** The name of a county; its FIPS code until the outlines are loaded. */
export function countyName(fips: string): string {
  const found = loaded.value?.outlines.find((county) => county.fips === fips);
  return found ? `${found.name}, ${found.state}` : fips;
}
