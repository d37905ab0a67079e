/** @jsxImportSource preact */
// Draws a plot with the explorer's charts. The charts and this file use Preact; the page around them uses React.
import { render } from "preact";
import { Bars } from "../chart/bars";
import { Lines } from "../chart/lines";
import { StateMap } from "../chart/map";
import type { StateValue } from "../chart/map";
import { stateName } from "../chart/states";
import { humanized } from "./shape";
import type { Panel, Plot } from "./plot";

/** Draws a plot into an element, or clears the element if the plot is null. */
export function draw(plot: Plot | null, element: Element): void {
  render(plot && <Drawn plot={plot} />, element);
}

function Drawn({ plot }: { readonly plot: Plot }) {
  const { panels, kind } = plot;
  if (plot.by === null) return <One plot={plot} panel={panels[0]!} />;
  return (
    <div class={panels.length === 1 ? "" : `multiples of-${kind}`}>
      {panels.map((panel) => (
        <figure key={panel.title}>
          <figcaption>{panel.title}</figcaption>
          <One plot={plot} panel={panel} isSmall={panels.length > 1} />
        </figure>
      ))}
    </div>
  );
}

function One({ plot, panel, isSmall = false }: { readonly plot: Plot; readonly panel: Panel; readonly isSmall?: boolean }) {
  const { kind, format, short, range, drawn } = plot;
  const { points, title } = panel;
  const label = title === "" ? plot.title : `${title}: ${plot.title}`;
  const written = (value: number | null | undefined) => (value === null || value === undefined ? "unknown" : format(value));
  if (kind === "lines") {
    const series = drawn.map((measure, index) => ({
      name: drawn.length > 1 ? measure.label : "",
      points: points.map(({ x, label, values }) => ({ x, y: values[index] ?? null, text: `${label}: ${written(values[index])}` })),
    }));
    const { xFormat } = plot;
    return <Lines {...{ label, series, range, xFormat }} level={null} format={short} xLabel={isSmall ? "" : humanized(plot.x.name)} events={[]} height={isSmall ? 150 : 320} />;
  }
  if (kind === "map") {
    const values = new Map(points.map(({ id, values: [value = null] }): [string, StateValue] => [id, { code: id, value, text: written(value) }]));
    const scale = plot.panels.flatMap(({ points }) => points.map(({ values: [value = null] }) => value));
    return <StateMap {...{ label, values, short, scale }} none="not in the answer" chosen={[]} />;
  }
  const bars = points.map(({ id, label, values: [value = null] }) => ({ id, label: plot.x.order === "state" ? stateName(label) : label, value, text: value === null ? "unknown" : short(value), full: written(value), isChosen: false }));
  return <Bars {...{ label, bars, range }} />;
}
