// The pictures of the overview: each is a view of one answer, and filters the others.
import { useComputed } from "@preact/signals";
import { memo } from "preact/compat";
import { useMemo } from "preact/hooks";
import { Bars } from "../chart/bars";
import type { Bar } from "../chart/bars";
import { StateMap } from "../chart/map";
import type { StateValue } from "../chart/map";
import { Timeline } from "../chart/timeline";
import type { Brush } from "../chart/timeline";
import { dimensions, UNKNOWN } from "../dimension";
import type { Dimension, DimensionName } from "../dimension";
import { measureLabel } from "../filter";
import { measures } from "../measure";
import type { Measure, MeasureName, Reading } from "../measure";
import { counted } from "../numbers";
import type { CatalogQuery, MeasureFragment, OverviewQuery } from "../operations";
import { stateName, states } from "../states";
import { mapNames, toggled, withYears } from "../state";
import type { MapName } from "../state";
import { catalog, change, isBrushing, overview, state } from "../store";
import { AgencyFigure } from "./agency-figure";
import { CountyFigure } from "./county-figure";
import { Figure } from "./figure";
import { columns, empty, leftOut, row, Waiting, written } from "./readings";
import { filterWords } from "./words";

/** A value of a dimension with its number. */
interface Category {
  readonly id: string;
  readonly label: string;
  readonly reading: Reading;
}

type BarName = Exclude<DimensionName, "states" | "counties" | "sizes">;
type Node = MeasureFragment & { readonly key: object };

/** The value of the key of a group. */
const keyOf: Readonly<Record<BarName, (answer: OverviewQuery) => readonly { readonly id: string; readonly node: Node }[]>> = {
  programs: (answer) => answer.programs.groups.nodes.map((node) => ({ id: node.key.program?.code ?? UNKNOWN, node })),
  kinds: (answer) => answer.kinds.groups.nodes.map((node) => ({ id: node.key.agencyKind ?? UNKNOWN, node })),
  bands: (answer) => answer.bands.groups.nodes.map((node) => ({ id: node.key.agencyPopulationBand ?? UNKNOWN, node })),
  statuses: (answer) => answer.statuses.groups.nodes.map((node) => ({ id: node.key.status ?? UNKNOWN, node })),
};

/** The values of a dimension that are in the data, whatever is chosen: so that bars stay in their place. */
function present(name: BarName, { grants, programs }: CatalogQuery): { id: string; label: string; awards: number }[] {
  const dimension = dimensions[name];
  const label = (id: string, title?: string) => (id === UNKNOWN ? dimension.unknown : (title ?? dimension.values?.[id] ?? id));
  const titles = new Map(programs.nodes.map((program) => [program.code, program.name]));
  const found = {
    programs: () => grants.programs.nodes.map(({ key, count }) => [key.program?.code ?? UNKNOWN, count] as const),
    kinds: () => grants.kinds.nodes.map(({ key, count }) => [key.agencyKind ?? UNKNOWN, count] as const),
    bands: () => grants.bands.nodes.map(({ key, count }) => [key.agencyPopulationBand ?? UNKNOWN, count] as const),
    statuses: () => grants.statuses.nodes.map(({ key, count }) => [key.status ?? UNKNOWN, count] as const),
  }[name]();
  const values = found.map(([id, awards]) => ({ id, label: label(id, titles.get(id)), awards }));
  const order = Object.keys(dimension.values ?? {});
  const byOrder = name === "bands" || name === "statuses";
  const rank = (value: { id: string; awards: number }) => (value.id === UNKNOWN ? Infinity : byOrder ? order.indexOf(value.id) : -value.awards);
  return values.sort((one, other) => rank(one) - rank(other));
}

function categories(name: BarName, chosen: readonly string[], answer: OverviewQuery, known: CatalogQuery, measure: Measure): Category[] {
  const nodes = new Map(keyOf[name](answer).map(({ id, node }) => [id, node]));
  const values = present(name, known);
  // What a link chose and the data do not have is shown, too: else nothing on the page would say why it is empty.
  const strange = chosen.filter((id) => !values.some((value) => value.id === id));
  const all = [...values, ...strange.map((id) => ({ id, label: `${dimensions[name].values?.[id] ?? id} (not in these data)` }))];
  return all.map(({ id, label }) => {
    const node = nodes.get(id);
    return { id, label, reading: node ? measure.read(node) : empty(measure) };
  });
}

export function BarFigure({ name }: { readonly name: BarName }) {
  const shown = useShown().value;
  const title = dimensions[name].label.toLowerCase();
  if (!shown) return <Waiting title={`By ${title}`} />;
  return <Categories {...{ name, shown, title }} chosen={state.value.chosen[name]} />;
}

interface CategoriesProperties {
  readonly name: BarName;
  readonly shown: ShownOverview;
  readonly title: string;
  readonly chosen: readonly string[];
}

const Categories = memo(({ name, shown, title, chosen }: CategoriesProperties) => {
  const { measure, label, asked } = shown;
  const dimension: Dimension = dimensions[name];
  const found = categories(name, chosen, shown.answer, shown.known, measure);
  const bars: Bar[] = found.map(({ id, label, reading }) => ({
    id,
    label,
    value: reading.value,
    text: written(measure, reading, measure.short),
    full: written(measure, reading),
    isChosen: chosen.includes(id),
  }));
  return (
    <Figure
      title={`${label} by ${title}`}
      about={measure.about}
      missing={leftOut(found.map(({ reading }) => reading))}
      ask={{ ...asked, document: `${asked.document}/${name}` }}
      columns={[dimension.label, ...columns(label)]}
      rows={found.map(({ label, reading }) => row(label, measure, reading))}
      filters={filterWords(state.value, name)}
    >
      {bars.length === 0 && <p class="waiting">These data have no awards.</p>}
      <Bars label={dimension.label} bars={bars} onToggle={(id) => change(toggled(state.peek(), name, id))} />
    </Figure>
  );
});

type ShownOverview = NonNullable<ReturnType<typeof useShown>["value"]>;

/** What is shown: an answer and the measure that it was asked with, which may be another than the one chosen by now. */
function useShown() {
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

const onBrush = (next: Brush | null, settled: boolean) => {
  isBrushing.value = !settled;
  change(withYears(state.peek(), next), settled);
};

export function TimelineFigure() {
  const shown = useShown().value;
  return shown ? <Years shown={shown} /> : <Waiting title="By fiscal year" class="wide" />;
}

function Years({ shown }: { readonly shown: ShownOverview }) {
  const { measure, label, asked } = shown;
  const now = state.value;
  const { years, unknown, drawn } = useMemo(() => {
    const found = byYear(shown.answer, shown.known, measure);
    return { ...found, drawn: found.years.map(({ year, reading }) => ({ year, value: reading.value, text: written(measure, reading) })) };
  }, [shown]);
  const brush: Brush | null = now.years === null || now.years === UNKNOWN ? null : now.years;
  const toggleUnknown = () => change(withYears(now, now.years === UNKNOWN ? null : UNKNOWN));
  const rows = years.map(({ year, reading }) => row(String(year), measure, reading));
  return (
    <Figure
      class="wide"
      title={`${label} by fiscal year`}
      about={measure.about}
      hint="Drag over years to choose them; click again to choose all."
      missing={leftOut([...years.map(({ reading }) => reading), ...(unknown ? [unknown] : [])])}
      ask={{ ...asked, document: `${asked.document}/years` }}
      columns={["Fiscal year", ...columns(label)]}
      rows={unknown ? [...rows, row("Unknown", measure, unknown)] : rows}
      filters={filterWords(now, "years")}
      tools={
        <>
          {unknown && (
            <button type="button" class="small" aria-pressed={now.years === UNKNOWN} onClick={toggleUnknown}>
              Year unknown: {written(measure, unknown, measure.short)}
            </button>
          )}
          {brush && <button type="button" class="small" onClick={() => change(withYears(now, null))}>All years</button>}
        </>
      }
    >
      {years.length === 0 && <p class="waiting">These data have no awards of a known fiscal year.</p>}
      <Timeline
        label="Fiscal years"
        columns={drawn}
        brush={brush}
        short={measure.short}
        onBrush={onBrush}
      />
    </Figure>
  );
}

/** Each year from the first with an award to the last, and the awards of unknown years, if there are any. */
function byYear(answer: OverviewQuery, { grants }: CatalogQuery, measure: Measure) {
  const nodes = new Map(answer.years.groups.nodes.map((node) => [node.key.fiscalYear, node]));
  const all = grants.years.nodes.map(({ key }) => key.fiscalYear);
  const known = all.filter((year) => year !== null);
  const [first, last] = [Math.min(...known), Math.max(...known)];
  const years = known.length === 0 ? [] : Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const reading = (year: number | null) => {
    const node = nodes.get(year);
    return node ? measure.read(node) : empty(measure);
  };
  return { years: years.map((year) => ({ year, reading: reading(year) })), unknown: all.includes(null) ? reading(null) : null };
}

const MAPS: Readonly<Record<MapName, string>> = { states: "States", counties: "Counties", agencies: "Agencies" };

/** Chooses what the map shows. */
function MapSwitch() {
  const { map } = state.value;
  return (
    <div class="switch" role="radiogroup" aria-label="What the map shows">
      {mapNames.map((name) => (
        <label key={name} class="small">
          <input type="radio" name="map" checked={map === name} onChange={() => change({ ...state.peek(), map: name })} />
          {MAPS[name]}
        </label>
      ))}
    </div>
  );
}

export function MapFigure() {
  const { map } = state.value;
  if (map === "counties") return <CountyFigure tools={<MapSwitch />} />;
  return map === "agencies" ? <AgencyFigure tools={<MapSwitch />} /> : <StateFigure />;
}

function StateFigure() {
  const shown = useShown().value;
  return shown ? <States shown={shown} /> : <Waiting title="By state" class="map-figure" />;
}

const toggle = (code: string) => change(toggled(state.peek(), "states", code));

function States({ shown }: { readonly shown: ShownOverview }) {
  const { measure, label, asked } = shown;
  const { chosen } = state.value;
  const { states: found, unknown, values } = useMemo(() => {
    const numbers = byState(shown.answer, measure);
    const reading = (code: string) => numbers.states.get(code) ?? empty(measure);
    const drawn = states.map(({ code }): [string, StateValue] => [code, { code, value: reading(code).value, text: written(measure, reading(code)) }]);
    return { ...numbers, values: new Map(drawn) };
  }, [shown]);
  const missing = leftOut([...found.values()]);
  if (unknown.awards > 0) missing.push(`${counted(unknown.awards, "award")} without a state ${unknown.awards === 1 ? "is" : "are"} not on the map.`);
  const byValue = [...found].sort(([, one], [, other]) => (other.value ?? -Infinity) - (one.value ?? -Infinity));
  const rows = byValue.map(([code, reading]) => row(stateName(code), measure, reading));
  return (
    <Figure
      class="map-figure"
      title={`${label} by state`}
      about={measure.about}
      hint={measure.isSum ? "The state is that of the recipient." : "Agencies only: other recipients serve no residents and have no officers."}
      missing={missing}
      ask={{ ...asked, document: `${asked.document}/states` }}
      columns={["State", ...columns(label)]}
      rows={unknown.awards > 0 ? [...rows, row("State unknown", measure, unknown)] : rows}
      filters={filterWords(state.value, "states")}
      tools={
        <>
          {unknown.awards > 0 && (
            <button type="button" class="small" aria-pressed={chosen.states.includes(UNKNOWN)} onClick={() => toggle(UNKNOWN)}>
              State unknown: {written(measure, unknown, measure.short)}
            </button>
          )}
          <MapSwitch />
        </>
      }
    >
      <StateMap label="Map of states" values={values} chosen={chosen.states} short={measure.short} onToggle={toggle} />
    </Figure>
  );
}

/**
 * The numbers of states. A recipient is an agency or another organization, so a sum of a state is that of both; a quotient
 * cannot be added up, and is that of agencies, the only ones that serve residents and have officers.
 */
export function byState(answer: OverviewQuery, measure: Measure): { states: Map<string, Reading>; unknown: Reading } {
  const found = new Map<string, Reading>();
  let unknown: Reading = empty(measure);
  for (const node of answer.states.groups.nodes) {
    const { agencyState, organizationState } = node.key;
    const code = agencyState ?? organizationState;
    const reading = measure.read(node);
    const ofAgencies = agencyState !== null || organizationState === null;
    const counts = measure.isSum || ofAgencies ? reading : { ...reading, value: null };
    if (code === null) unknown = counts;
    else found.set(code, found.has(code) ? added(found.get(code)!, counts) : counts);
  }
  return { states: found, unknown };
}

function added(one: Reading, other: Reading): Reading {
  const sum = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : cents(a + b));
  return { value: sum(one.value, other.value), missing: sum(one.missing, other.missing), awards: one.awards + other.awards };
}

/** A sum of dollars or officers, without what binary fractions add to it. */
const cents = (value: number) => Math.round(value * 100) / 100;
