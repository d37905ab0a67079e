// The outlines of the states and territories, projected at build time: the page gets paths, and needs neither a
// projection nor a topology.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { geoBounds, geoPath } from "d3-geo";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { inhabited, INSETS, projection } from "../projection.ts";
import type { Box, Land } from "../projection.ts";
import { states } from "../states.ts";

export { HEIGHT, WIDTH } from "../projection.ts";

/** Points closer than this to the previous one, in degrees, are left out. */
const COARSE = 0.06;

export interface Outline {
  readonly code: string;
  readonly path: string;
  /** Its own box, if it has one. */
  readonly inset: Box | null;
  /** The places in that box, and their projection. */
  readonly places: Places | null;
}

export interface Places {
  /** From the southwest to the northeast. */
  readonly bounds: readonly [readonly [number, number], readonly [number, number]];
  readonly rotate: number;
  readonly scale: number;
  readonly translate: readonly [number, number];
}

type States = Topology<{ states: GeometryCollection<{ name: string }> }>;

export function outlines(): Outline[] {
  const file = createRequire(import.meta.url).resolve("us-atlas/states-10m.json");
  const topology = JSON.parse(readFileSync(file, "utf8")) as States;
  const fine = features(topology);
  const coarse = features(coarser(topology));
  return states.map(({ code, fips }) => {
    const inset = INSETS[code] ?? null;
    const land = (inset ? fine : coarse).get(fips);
    if (!land) throw new Error(`us-atlas has no state ${fips}`);
    const projected = projection(code, land);
    const drawn = inset ? inhabited(code, land) : land;
    const path = geoPath(projected).digits(1)(drawn);
    if (!path) throw new Error(`${code} has no outline`);
    const places = inset && { bounds: geoBounds(drawn), rotate: projected.rotate()[0], scale: projected.scale(), translate: projected.translate() };
    return { code, path, inset, places };
  });
}

function features(topology: States): Map<string, Land> {
  const { features } = feature(topology, topology.objects.states);
  return new Map(features.map((land) => [String(land.id), land as Land]));
}

/** The outlines with fewer points; a border stays the same for both of its states. */
function coarser<T extends Topology>(topology: T): T {
  const [scale, offset] = [topology.transform!.scale, topology.transform!.translate];
  const arcs = topology.arcs.map((arc) => {
    let [x, y] = [0, 0];
    const points = arc.map(([dx, dy]) => {
      x += dx!;
      y += dy!;
      return [x * scale[0]! + offset[0]!, y * scale[1]! + offset[1]!] as [number, number];
    });
    let last = points[0]!;
    return points.filter((point, index) => {
      const isEnd = index === 0 || index === points.length - 1;
      if (!isEnd && Math.hypot(point[0] - last[0], point[1] - last[1]) < COARSE) return false;
      last = point;
      return true;
    });
  });
  const { transform: _, ...rest } = topology;
  return { ...rest, arcs } as unknown as T;
}
