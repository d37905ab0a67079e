// Awards by category, such as by program.
import { memo } from "preact/compat";
import { Bars } from "../../../chart/bars";
import type { Bar } from "../../../chart/bars";
import { dimensions, UNKNOWN } from "../dimension";
import type { Dimension, DimensionName } from "../dimension";
import { empty } from "../measure";
import type { Measure, Reading } from "../measure";
import type { CatalogQuery, MeasureFragment, OverviewQuery } from "../operations";
import { toggled } from "../state";
import { change, state } from "../store";
import { Figure } from "./figure";
import { columns, leftOut, row, Waiting, written } from "./readings";
import { useShown } from "./shown";
import type { ShownOverview } from "./shown";
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
  categories: (answer) => answer.categories.groups.nodes.map((node) => ({ id: node.key.programCategory ?? UNKNOWN, node })),
  kinds: (answer) => answer.kinds.groups.nodes.map((node) => ({ id: node.key.agencyKind ?? UNKNOWN, node })),
  bands: (answer) => answer.bands.groups.nodes.map((node) => ({ id: node.key.agencyPopulationBand ?? UNKNOWN, node })),
  statuses: (answer) => answer.statuses.groups.nodes.map((node) => ({ id: node.key.status ?? UNKNOWN, node })),
};

/** All values of a dimension in the data, without regard to the filters, so that bars keep their places. */
function present(name: BarName, { grants, programs }: CatalogQuery): { id: string; label: string; awards: number }[] {
  const dimension = dimensions[name];
  const label = (id: string, title?: string) => (id === UNKNOWN ? dimension.unknown : (title ?? dimension.values?.[id] ?? id));
  const titles = new Map(programs.nodes.map((program) => [program.code, program.name]));
  const found = {
    programs: () => grants.programs.nodes.map(({ key, count }) => [key.program?.code ?? UNKNOWN, count] as const),
    categories: () => grants.categories.nodes.map(({ key, count }) => [key.programCategory ?? UNKNOWN, count] as const),
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
  // A value from a link that is not in the data is shown, too, to explain why the page is empty.
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
      rows={() => found.map(({ label, reading }) => row(label, measure, reading))}
      filters={() => filterWords(state.value, name)}
    >
      {bars.length === 0 && <p class="waiting">The data have no awards.</p>}
      <Bars label={dimension.label} bars={bars} onToggle={(id) => change(toggled(state.peek(), name, id))} />
    </Figure>
  );
});
