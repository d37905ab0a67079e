// The state of the page, its address, and what is asked for it.
import { batch, computed, effect, signal } from "@preact/signals";
import { eventVariables, overviewVariables } from "./filter";
import { Latest } from "./latest";
import { measures } from "./measure";
import type { AgenciesQuery, AwardsQuery, CatalogQuery, EventStudyQuery, OverviewQuery } from "./operations";
import { read, write } from "./state";
import type { Problem, State } from "./state";
import { tableAsk } from "./table-order";

const first = read(location.search);

export const state = signal<State>(first.state);
/** What the address asks for that this page does not know. */
export const problems = signal<readonly Problem[]>(first.problems);
/** Whether a brush is being moved: then what needs rows waits. */
export const isBrushing = signal(false);

export const catalog = new Latest<CatalogQuery>();
export const overview = new Latest<OverviewQuery>();
export const table = new Latest<AgenciesQuery | AwardsQuery>();
export const event = new Latest<EventStudyQuery>();
const all = [catalog, overview, table, event];

/** The measure that is chosen. */
export const measure = computed(() => measures[state.value.measure]);

/** Changes the state. `settled`: it is a step that back undoes. */
export function change(next: State, settled = true): void {
  if (next === state.peek()) return;
  batch(() => {
    state.value = next;
    problems.value = [];
  });
  const address = `${location.pathname}${write(next)}`;
  if (!settled) return;
  if (address !== `${location.pathname}${location.search}`) history.pushState(null, "", address);
}

/** A link that opens what is shown, of the revision that is shown. */
export function sharedLink(): string {
  const shown = overview.shown.peek().answer;
  const token = catalog.shown.peek().answer?.data.dataset;
  const known = token && shown && token.revision === shown.of.revision ? `${token.revision}-${token.revisionToken}` : shown ? String(shown.of.revision) : null;
  const now = state.peek();
  return `${location.origin}${location.pathname}${write({ ...now, revision: now.revision ?? known })}`;
}

/** Begins to ask for whatever the state needs. */
export function start(): void {
  addEventListener("popstate", () => {
    const { state: next, problems: found } = read(location.search);
    batch(() => {
      state.value = next;
      problems.value = found;
    });
  });
  const revision = computed(() => state.value.revision);
  effect(() => catalog.wish({ document: "catalog", variables: {}, revision: revision.value }));
  effect(() => overview.wish(overviewAsk(state.value), isBrushing.value));
  // What costs more waits for the pictures: a visitor looks at them first.
  const isCalm = computed(() => !isBrushing.value && !overview.shown.value.isLoading);
  effect(() => {
    if (isCalm.value) table.wish(tableAsk(state.value));
  });
  effect(() => {
    if (isCalm.value) event.wish(eventAsk(state.value));
  });
}

/** Asks for everything again. */
export function again(): void {
  for (const latest of all) latest.forget();
  state.value = { ...state.peek() };
}

export const overviewAsk = (state: State) => ({
  document: `overview/${state.measure}`,
  variables: overviewVariables(state),
  revision: state.revision,
});
export const eventAsk = (state: State) => ({ document: "event-study", variables: eventVariables(state), revision: state.revision });
