// How the answer of each tab is shown: as somebody chose, or as a link says.
import { useSyncExternalStore } from "react";
import type { View } from "./share";

const views = new Map<string, View>();
/** What a link says of the query that it has, whose tab has no id before it is there. */
const awaited = new Map<string, View>();
const listeners = new Set<() => void>();

/** How the answer of a tab is shown; null where nobody chose. */
export const viewOf = (tab: string): View | null => views.get(tab) ?? null;

export function show(tab: string, view: View): void {
  views.set(tab, view);
  for (const listener of listeners) listener();
}

/** Shows the answer of a query so, once a tab has it. */
export function expectView(query: string, view: View): void {
  awaited.set(query, view);
}

/** Whether a link says how the answer of the query is shown: then the tab is the one that it opened. */
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
