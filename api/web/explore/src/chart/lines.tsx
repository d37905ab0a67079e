// A line over years, what happened in some of them, and a level to compare it with. Where a year has no number the line has a gap.
import { extent } from "d3-array";
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { memo } from "preact/compat";
import { useWidth } from "./width";

export interface Point {
  readonly x: number;
  /** Null: not known. */
  readonly y: number | null;
  readonly text: string;
}

interface Properties {
  readonly label: string;
  readonly points: readonly Point[];
  /** A level that is the same for all of x. */
  readonly level: { readonly y: number; readonly label: string } | null;
  /** What the line is of. */
  readonly name: string;
  readonly format: (value: number) => string;
  readonly xLabel: string;
  readonly xFormat: (x: number) => string;
  /** Where something happened. */
  readonly events: readonly number[];
}

const HEIGHT = 260;
const [TOP, BOTTOM, LEFT] = [46, 40, 52];

export const Lines = memo((properties: Properties) => {
  const [element, width] = useWidth();
  return (
    <div ref={element} class="chart">
      {width > 0 && <Drawn {...properties} width={width} />}
    </div>
  );
});

function Drawn({ label, name, points, level, format, xLabel, xFormat, events, width }: Properties & { readonly width: number }) {
  const [least = 0, greatest = 1] = extent(points, ({ x }) => x);
  const x = scaleLinear([least, Math.max(greatest, least + 1)], [LEFT + 8, width - 14]);
  const highest = Math.max(...points.map(({ y }) => y ?? 0), level?.y ?? 0, 1);
  const y = scaleLinear([0, highest], [HEIGHT - BOTTOM, TOP]).nice(4);
  const path = line<Point>().defined((point) => point.y !== null).x((point) => x(point.x)).y((point) => y(point.y!));
  const every = Math.ceil(points.length / Math.max(1, Math.floor((width - LEFT) / 40)));
  return (
    <svg width={width} height={HEIGHT} role="img" aria-label={label} class="lines">
      {y.ticks(4).map((tick) => (
        <g key={tick} class="tick">
          <line x1={LEFT} x2={width - 8} y1={y(tick)} y2={y(tick)} />
          <text x={LEFT - 6} y={y(tick)} dy="0.35em" text-anchor="end">{format(tick)}</text>
        </g>
      ))}
      {events.filter((at) => at >= least && at <= greatest).map((at) => <line key={at} class="event" x1={x(at)} x2={x(at)} y1={TOP} y2={HEIGHT - BOTTOM} />)}
      {level && (
        <g class="level">
          <line x1={LEFT} x2={width - 8} y1={y(level.y)} y2={y(level.y)} />
        </g>
      )}
      <Names name={name} level={level} />
      <path class="line" d={path(points) ?? ""} />
      {points.map((point) => (
        <g key={point.x}>
          {point.y !== null && (
            <circle class="point" cx={x(point.x)} cy={y(point.y)} r={3.5}>
              <title>{point.text}</title>
            </circle>
          )}
          {(point.x - least) % every === 0 && <text class="year" x={x(point.x)} y={HEIGHT - 24} text-anchor="middle">{xFormat(point.x)}</text>}
        </g>
      ))}
      <text class="year" x={(LEFT + width) / 2} y={HEIGHT - 6} text-anchor="middle">{xLabel}</text>
    </svg>
  );
}

/** What the two lines are. */
function Names({ name, level }: Pick<Properties, "name" | "level">) {
  return (
    <>
      <g transform="translate(2 10)">
        <line class="line" x2={22} />
        <text x={28} dy="0.35em">{name}</text>
      </g>
      {level && (
        <g class="level" transform="translate(2 28)">
          <line x2={22} />
          <text x={28} dy="0.35em">{level.label}</text>
        </g>
      )}
    </>
  );
}
