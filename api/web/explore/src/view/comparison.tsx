// Two values side by side, shown when exactly two values of a dimension are selected.
import { Lines } from "../../../chart/lines";
import type { Series } from "../../../chart/lines";
import { dimensions } from "../dimension";
import { compared } from "../filter";
import { empty, measureNames, measures } from "../measure";
import type { Measure, Reading } from "../measure";
import { percent } from "../../../chart/numbers";
import type { CompareQuery } from "../operations";
import { catalog, comparison, state } from "../store";
import { PlainTable } from "./facts";
import { Figure } from "./figure";
import { leftOut, written } from "./readings";
import { askedMeasure } from "./shown";
import { filterWords, valueName } from "./words";

type Side = CompareQuery["one"];

export function Comparison() {
  const both = compared(state.value);
  const { answer, asked, isLoading } = comparison.shown.value;
  const known = catalog.shown.value.answer?.data;
  if (!both || !answer || !asked || !known) return null;
  const { measure, label } = askedMeasure(asked);
  const names = both.values.map((value) => valueName(both.name, value)) as [string, string];
  const sides: [Side, Side] = [answer.data.one, answer.data.two];
  const all = known.grants.years.nodes.map(({ key }) => key.fiscalYear).filter((year) => year !== null);
  const chosen = state.value.years;
  const [first, last] = chosen === null || typeof chosen === "string" ? [Math.min(...all), Math.max(...all)] : [chosen.from, chosen.to];
  const years = Array.from({ length: Math.max(last - first + 1, 0) }, (_, index) => first + index);
  const readings = sides.map((side) => years.map((year) => ofYear(side, year, measure)));
  const series = readings.map((found, index): Series => ({
    name: names[index]!,
    points: found.map((reading, place) => ({ x: years[place]!, y: reading.value, text: `${names[index]}, ${years[place]}: ${written(measure, reading)}` })),
  }));
  const { filter, one, two, inDollarsOf } = asked.variables;
  const file = (side: unknown) => ({ ...asked, document: asked.document.replace("compare/", "years-file/"), variables: { filter: filter ? { and: [filter, side] } : side, inDollarsOf } });
  return (
    <Figure
      class="wide comparison"
      title={`${names[0]} and ${names[1]}`}
      about={measure.about}
      missing={leftOut(readings.flat())}
      ask={asked}
      files={[{ of: names[0], ask: file(one) }, { of: names[1], ask: file(two) }]}
      columns={["Fiscal year", ...names.map((name) => `${label}: ${name}`)]}
      rows={() => years.map((year, place) => [{ text: String(year) }, ...readings.map((found) => ({ text: written(measure, found[place]!), isNumber: true }))])}
      filters={() => `${dimensions[both.name].label}: ${names.join(" and ")}. ${filterWords(state.value, both.name)}`}
      isStale={isLoading}
    >
      <div class="sides">
        <Lines label={`${label} by fiscal year: ${names.join(" and ")}`} series={series} level={null} format={measure.short} xLabel={`${label} by fiscal year`} xFormat={String} events={[]} />
        <Totals {...{ names, sides }} />
      </div>
    </Figure>
  );
}

/** The reading of a year. */
function ofYear(side: Side, year: number, measure: Measure): Reading {
  const node = side.groups.nodes.find(({ key }) => key.fiscalYear === year);
  return node ? measure.read(node) : empty(measure);
}

function Totals({ names, sides }: { readonly names: readonly [string, string]; readonly sides: readonly [Side, Side] }) {
  const rows = measureNames.map((name) => ({
    key: name,
    cells: [measures[name].label, ...sides.map(({ totals }) => written(measures[name], measures[name].total(totals)))],
  }));
  const hired = { key: "hired", cells: ["Share of funded officers hired", ...sides.map(({ totals }) => (totals.hiredRate === null ? null : percent(totals.hiredRate)))] };
  return <PlainTable label="Totals" columns={["Total", ...names]} numbers={[1, 2]} rows={[...rows, hired]} />;
}
