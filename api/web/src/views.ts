// How each tab shows its answer: as chosen by the user, or by a link.
import { useSyncExternalStore } from "react";
import type { View } from "./share";

const views = new Map<string, View>();
/** The views that links ask for, by query: a tab has no id before it opens. */
const awaited = new Map<string, View>();
const listeners = new Set<() => void>();

/** How a tab shows its answer; null if the user did not choose. */
export const viewOf = (tab: string): View | null => views.get(tab) ?? null;

export function show(tab: string, view: View): void {
  views.set(tab, view);
  for (const listener of listeners) listener();
}

/** Applies a view to the next tab that opens the query. */
export function expectView(query: string, view: View): void {
  awaited.set(query, view);
}

/** Whether a link opened this tab and set its view; applies the view. */
export function arrived(tab: string, query: string): boolean {
  const view = awaited.get(query);
  if (!view) return false;
  awaited.delete(query);
  show(tab, view);
  return true;
}

export function useView(tab: string): View | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => viewOf(tab),
  );
}
