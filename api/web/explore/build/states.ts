// The outlines of the states and territories, projected when the page is built: what is drawn is a path, and the page
// needs neither a projection nor a topology.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { geoAlbersUsa, geoMercator, geoPath } from "d3-geo";
import type { GeoProjection } from "d3-geo";
import type { Feature, MultiPolygon, Polygon } from "geojson";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { states } from "../src/states.ts";

/** The size of the map, in the units of its paths. */
export const WIDTH = 1022;
export const HEIGHT = 690;
/** Points of an outline that are nearer to the last one than this, in degrees, are left out. */
const COARSE = 0.06;
/** Where the territories stand: a row below the states, since they are far from them and from each other. */
const INSETS = { PR: [420, 618, 130, 66], VI: [560, 618, 100, 66], GU: [670, 618, 66, 66], MP: [746, 618, 66, 66], AS: [822, 618, 120, 66] } as const;

export interface Outline {
  readonly code: string;
  readonly path: string;
  /** Whether it is drawn in a box of its own. */
  readonly inset: readonly [number, number, number, number] | null;
}

type Land = Feature<Polygon | MultiPolygon, { name: string }>;

export function outlines(): Outline[] {
  const file = createRequire(import.meta.url).resolve("us-atlas/states-10m.json");
  const topology = JSON.parse(readFileSync(file, "utf8")) as Topology<{ states: GeometryCollection<{ name: string }> }>;
  const fine = features(topology);
  const coarse = features(coarser(topology));
  const country = geoAlbersUsa().scale(1300).translate([547, 305]);
  return states.map(({ code, fips }) => {
    const inset = code in INSETS ? INSETS[code as keyof typeof INSETS] : null;
    const land = (inset ? fine : coarse).get(fips);
    if (!land) throw new Error(`us-atlas has no state ${fips}`);
    const projection: GeoProjection = inset ? fitted(nearest(code, land), inset) : country;
    const path = geoPath(projection).digits(1)(inset ? nearest(code, land) : land);
    if (!path) throw new Error(`${code} has no outline`);
    return { code, path, inset };
  });
}

function features(topology: Topology<{ states: GeometryCollection<{ name: string }> }>): Map<string, Land> {
  const { features } = feature(topology, topology.objects.states);
  return new Map(features.map((land) => [String(land.id), land as Land]));
}

function fitted(land: Land, [x, y, width, height]: readonly [number, number, number, number]): GeoProjection {
  return geoMercator().rotate([-centre(land), 0]).fitExtent([[x + 4, y + 4], [x + width - 4, y + height - 4]], land);
}

function centre(land: Land): number {
  const points = rings(land).flat();
  return (points[0]![0]! + points[Math.floor(points.length / 2)]![0]!) / 2;
}

/** The islands on which people live: the others are specks, hundreds of miles away. */
function nearest(code: string, land: Land): Land {
  const south = { MP: 14, AS: -14.4 }[code];
  if (south === undefined) return land;
  const polygons = land.geometry.type === "Polygon" ? [land.geometry.coordinates] : land.geometry.coordinates;
  const north = code === "MP" ? 15.4 : -14.1;
  const kept = polygons.filter(([ring]) => ring!.every(([, latitude]) => latitude! > south && latitude! < north));
  if (kept.length === 0) throw new Error(`${code} has no island left`);
  return { ...land, geometry: { type: "MultiPolygon", coordinates: kept } };
}

function rings(land: Land): number[][][] {
  return land.geometry.type === "Polygon" ? land.geometry.coordinates : land.geometry.coordinates.flat();
}

/** The same with fewer points: a border that two states share stays the same for both. */
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
