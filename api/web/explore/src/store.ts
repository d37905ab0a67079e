// The state of the page, its address, and its queries.
import { batch, computed, effect, signal } from "@preact/signals";
import type { Ask, Variables } from "./ask";
import { awardFilter, compared, compareVariables, eventVariables, inDollarsOf, overviewVariables } from "./filter";
import { Latest } from "./latest";
import { follow } from "./live";
import type { Dataset } from "./live";
import { measures } from "./measure";
import type {
  AgenciesQuery, AgencyMapQuery, AgencyOutcomesQuery, AgencyQuery, AwardQuery, AwardsQuery, CatalogQuery, CompareQuery, CountiesQuery, EventStudyQuery, GrantFilter, NeighborsQuery, NewestQuery, OverviewQuery, TrainedQuery,
} from "./operations";
import { route } from "./route";
import { read, write } from "./state";
import type { MapName, Problem, State } from "./state";
import { groupOrder, tableAsk } from "./table-order";

const first = read(location.search);

export const state = signal<State>(first.state);
/** The parts of the address that this page does not recognize. */
export const problems = signal<readonly Problem[]>(first.problems);
/** Whether the user is moving the brush; queries of rows wait until the end. */
export const isBrushing = signal(false);

export const catalog = new Latest<CatalogQuery>();
export const overview = new Latest<OverviewQuery>();
export const table = new Latest<AgenciesQuery | AwardsQuery>();
export const event = new Latest<EventStudyQuery>();
export const comparison = new Latest<CompareQuery>();
export const trained = new Latest<TrainedQuery>();
export const counties = new Latest<CountiesQuery>();
export const agencyMap = new Latest<AgencyMapQuery>();
/** The newest data, if the page shows an earlier revision. */
export const newest = new Latest<NewestQuery>();
export const agency = new Latest<AgencyQuery>();
export const agencyOutcomes = new Latest<AgencyOutcomesQuery>();
export const neighbors = new Latest<NeighborsQuery>();
export const award = new Latest<AwardQuery>();
/** All queries, the first ones first. */
const asked: readonly Latest<unknown>[] = [catalog, overview, agency, award, comparison, counties, agencyMap, trained, table, event, agencyOutcomes, neighbors];

/** The dataset shown; null before the first answer. */
export const shownOf = computed(() => asked.map((latest) => latest.shown.value.answer?.of).find((of) => of !== undefined) ?? null);
/** When an answer is of newer data than others, sends those queries again and drops the cached answers. */
let last = 0;
effect(() => {
  const revisions = asked.map((latest) => latest.answered.value?.answer.of.revision ?? 0);
  const newest = Math.max(...revisions);
  if (newest > last) for (const latest of asked) latest.forget();
  last = Math.max(last, newest);
  for (const latest of asked) latest.renew(newest);
});

/** The error to show, if any. */
export const trouble = computed(() => {
  // A page of the table that is rejected, such as for an old cursor, shows its error itself.
  const errors = asked.map((latest) => ({ latest, error: latest.shown.value.error }));
  return errors.find(({ latest, error }) => error !== null && !(latest === table && error.trouble === "refused"))?.error ?? null;
});

/** The chosen measure. */
export const measure = computed(() => measures[state.value.measure]);

/** Whether there is something to show; rendering earlier would only make the page jump. */
export const isReady = computed(() => {
  const first = [overview, agency, award].some((latest) => latest.answered.value !== null);
  return trouble.value !== null || (first && catalog.answered.value !== null);
});

/** Changes the state. With `settled`, the change is a step that Back undoes. */
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

/** A link that opens the current view at the revision shown. */
export function sharedLink(): string {
  const shown = shownOf.peek();
  const token = catalog.shown.peek().answer?.data.dataset;
  const known = token && token.revision === shown?.revision ? `${token.revision}-${token.revisionToken}` : shown ? String(shown.revision) : null;
  const now = state.peek();
  return `${location.origin}${location.pathname}${write({ ...now, revision: now.revision ?? known })}`;
}

/** Starts sending the queries that the state needs. */
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
  effect(() => {
    if (revision.value !== null) newest.wish({ document: "newest", variables: {}, revision: null });
  });
  const here = route(location.pathname);
  if (here.page === "agency") startAgency(here.ori);
  else if (here.page === "award") effect(() => award.wish({ document: "award", variables: { number: here.number }, revision: revision.value }));
  else startOverview();
}

/** Data loaded while the page is open; shown as soon as the user is idle. */
export const arrived = signal<{ readonly dataset: Dataset; readonly isShown: boolean } | null>(null);
/** The newest dataset that the server announced. */
export const told = signal<Dataset | null>(null);
/** How often to check whether the user is still busy, in milliseconds. */
const LOOK = 500;

/** Follows new loads. A link that names its revision keeps it, and says that newer data are available. */
export function startLive(isBusy: () => boolean): void {
  let later: ReturnType<typeof setTimeout> | undefined;
  const show = (dataset: Dataset) => {
    clearTimeout(later);
    told.value = dataset;
    const shown = shownOf.peek();
    if (state.peek().revision !== null || shown === null || dataset.revision <= shown.revision) return;
    const isFree = !isBrushing.peek() && !isBusy();
    arrived.value = { dataset, isShown: isFree };
    if (!isFree) {
      later = setTimeout(() => show(dataset), LOOK);
      return;
    }
    for (const latest of asked) {
      latest.forget();
      latest.renew(dataset.revision);
    }
  };
  follow(show);
}

function startOverview(): void {
  effect(() => overview.wish(overviewAsk(state.value), isBrushing.value));
  // Expensive queries wait for the charts, which the user sees first.
  const isCalm = computed(() => !isBrushing.value && !overview.shown.value.isLoading);
  effect(() => {
    const both = compared(state.value);
    if (isCalm.value && both) comparison.wish({ document: `compare/${state.value.measure}`, variables: compareVariables(state.value, both), revision: state.value.revision });
  });
  const isMapped = (map: MapName) => isCalm.value && state.value.map === map && state.value.measure !== "per-resident";
  effect(() => {
    if (isMapped("counties")) counties.wish(countiesAsk(state.value));
  });
  effect(() => {
    if (isMapped("agencies")) agencyMap.wish(agencyMapAsk(state.value));
  });
  effect(() => {
    const awards = awardFilter(state.value);
    if (isCalm.value) trained.wish({ document: "trained", variables: { awards }, revision: state.value.revision });
  });
  effect(() => {
    if (isCalm.value) table.wish(tableAsk(state.value));
  });
  effect(() => {
    if (isCalm.value) event.wish(eventAsk(state.value));
  });
}

function startAgency(ori: string): void {
  const asking = (document: string, variables: Variables): Ask => ({ document, variables, revision: state.value.revision });
  effect(() => agency.wish(asking("agency", { ori })));
  effect(() => agencyOutcomes.wish(asking("agency-outcomes", { ori, measure: state.value.event.measure })));
  effect(() => table.wish(asking("awards", { filter: ofAgency(ori), orderBy: [{ field: "FISCAL_YEAR", direction: "DESC", nulls: "LAST" }], first: 100 })));
  effect(() => {
    const { kind = null, population = null } = agency.shown.value.answer?.data.agency ?? {};
    if (kind !== null && population !== null) neighbors.wish(asking("neighbors", { kind, population, ori }));
  });
}

/** The filter for the awards of an agency. */
export const ofAgency = (ori: string): GrantFilter => ({ agency: { or: [{ ori9: { eq: ori } }, { ori7: { eq: ori } }] } });

/** Sends all queries again. */
export function again(): void {
  for (const latest of asked) latest.forget();
  state.value = { ...state.peek() };
}

export const overviewAsk = (state: State) => ({
  document: `overview/${state.measure}`,
  variables: overviewVariables(state),
  revision: state.revision,
});
/** The most agencies that the map shows. */
export const MOST_AGENCIES = 500;
export const agencyMapAsk = (state: State) => ({
  document: `agency-map/${state.measure}`,
  variables: { filter: awardFilter(state), ...inDollarsOf(state), orderBy: [groupOrder(state, measures[state.measure], "DESC")], first: MOST_AGENCIES },
  revision: state.revision,
});
export const countiesAsk = (state: State) => ({ ...overviewAsk(state), document: `counties/${state.measure}` });
export const eventAsk = (state: State) => ({ document: "event-study", variables: eventVariables(state), revision: state.revision });
