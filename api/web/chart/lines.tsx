/** @jsxImportSource preact */
// Lines over years, with marks for events and a level for comparison. A year without a number is a gap.
import { extent } from "d3-array";
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { memo } from "preact/compat";
import { place, useWidth } from "./width";

export interface Point {
  readonly x: number;
  /** Null if unknown. */
  readonly y: number | null;
  readonly text: string;
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

interface Properties {
  readonly label: string;
  /** One or two series with the same years. */
  readonly series: readonly Series[];
  /** A horizontal line. */
  readonly level: { readonly y: number; readonly label: string } | null;
  /** The range of all charts that share a scale; by default, that of the lines. */
  readonly range?: readonly [number, number];
  /** In pixels. */
  readonly height?: number;
  readonly format: (value: number) => string;
  readonly xLabel: string;
  readonly xFormat: (x: number) => string;
  /** The positions of events. */
  readonly events: readonly number[];
}

const HEIGHT = 260;
const [BOTTOM, LEFT] = [40, 52];
/** The height of a name in the legend above the lines. */
const [MARGIN, NAME] = [12, 18];

export const Lines = memo((properties: Properties) => {
  const [element, width] = useWidth();
  return (
    <div ref={element} class="chart" style={place(properties.height ?? HEIGHT)}>
      {width > 0 && <Drawn {...properties} width={width} />}
    </div>
  );
});

function Drawn({ label, series, level, range, height = HEIGHT, format, xLabel, xFormat, events, width }: Properties & { readonly width: number }) {
  const points = series.flatMap((one) => one.points);
  const [least = 0, greatest = 1] = extent(points, ({ x }) => x);
  const x = scaleLinear([least, Math.max(greatest, least + 1)], [LEFT + 8, width - 14]);
  const known = points.map(({ y }) => y ?? 0);
  const isFlat = known.every((value) => value === 0) && !level?.y;
  const highest = isFlat ? 1 : Math.max(...known, level?.y ?? 0);
  const top = MARGIN + NAME * (series.filter(({ name }) => name !== "").length + (level ? 1 : 0));
  const y = scaleLinear(range ?? [Math.min(0, ...known), highest], [height - BOTTOM, top]).nice(4);
  const path = line<Point>().defined((point) => point.y !== null).x((point) => x(point.x)).y((point) => y(point.y!));
  const years = series[0]?.points ?? [];
  // If years are close together, marks would hide the line.
  const size = (width - LEFT) / Math.max(1, years.length) < 9 ? 1.75 : 3.5;
  const every = Math.ceil(years.length / Math.max(1, Math.floor((width - LEFT) / 40)));
  return (
    <svg width={width} height={height} role="img" aria-label={label} class="lines">
      {(isFlat && !range ? [0] : y.ticks(4)).map((tick) => (
        <g key={tick} class="tick">
          <line x1={LEFT} x2={width - 8} y1={y(tick)} y2={y(tick)} />
          <text x={LEFT - 6} y={y(tick)} dy="0.35em" text-anchor="end">{format(tick)}</text>
        </g>
      ))}
      {events.filter((at) => at >= least && at <= greatest).map((at) => <line key={at} class="event" x1={x(at)} x2={x(at)} y1={top} y2={height - BOTTOM} />)}
      {level && (
        <g class="level">
          <line x1={LEFT} x2={width - 8} y1={y(level.y)} y2={y(level.y)} />
        </g>
      )}
      <Names series={series} level={level} />
      {series.map(({ name, points }, index) => (
        <g key={name} class={`series${index}`}>
          <path class="line" d={path(points) ?? ""} />
          {points.filter(({ y }) => y !== null).map((point) => <Mark key={point.x} kind={index} x={x(point.x)} y={y(point.y!)} text={point.text} size={size} />)}
        </g>
      ))}
      {years.filter((point) => (point.x - least) % every === 0).map((point) => (
        <text key={point.x} class="year" x={x(point.x)} y={height - 24} text-anchor="middle">{xFormat(point.x)}</text>
      ))}
      <text class="year" x={(LEFT + width) / 2} y={height - 6} text-anchor="middle">{xLabel}</text>
    </svg>
  );
}

/** A round or a square mark, so that two lines differ in more than color. */
function Mark({ kind, x, y, text, size = 3.5 }: { readonly kind: number; readonly x: number; readonly y: number; readonly text: string; readonly size?: number }) {
  const title = text === "" ? null : <title>{text}</title>;
  if (kind === 0) return <circle class="point" cx={x} cy={y} r={size}>{title}</circle>;
  return <rect class="point" x={x - size} y={y - size} width={2 * size} height={2 * size}>{title}</rect>;
}

/** The legend. */
function Names({ series, level }: Pick<Properties, "series" | "level">) {
  return (
    <>
      {series.map(({ name }, index) => name !== "" && (
        <g key={name} class={`series${index}`} transform={`translate(2 ${10 + index * 18})`}>
          <line class="line" x2={24} />
          <Mark kind={index} x={12} y={0} text="" />
          <text x={30} dy="0.35em">{name}</text>
        </g>
      ))}
      {level && (
        <g class="level" transform={`translate(2 ${10 + series.length * 18})`}>
          <line x2={24} />
          <text x={30} dy="0.35em">{level.label}</text>
        </g>
      )}
    </>
  );
}
