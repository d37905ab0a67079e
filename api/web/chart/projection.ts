// The projection of states, territories and counties.
import { geoAlbersUsa, geoMercator } from "d3-geo";
import type { GeoProjection } from "d3-geo";
import type { Feature, MultiPolygon, Polygon } from "geojson";

export type Land = Feature<Polygon | MultiPolygon, { name: string }>;
export type Box = readonly [x: number, y: number, width: number, height: number];

/** The size of the map, in the units of its paths. */
export const WIDTH = 1022;
export const HEIGHT = 690;

/** The boxes of the territories: a row below the states, because they are far from them and from each other. */
export const INSETS: Readonly<Record<string, Box>> = {
  PR: [420, 618, 130, 66],
  VI: [560, 618, 100, 66],
  GU: [670, 618, 66, 66],
  MP: [746, 618, 66, 66],
  AS: [822, 618, 120, 66],
};

/** The latitudes of the inhabited islands; the others are specks, hundreds of miles away. */
const ISLANDS: Readonly<Record<string, readonly [south: number, north: number]>> = { MP: [14, 15.4], AS: [-14.4, -14.1] };

/** The projection of a state: that of the country, or a territory's own. */
export function projection(code: string, land: Land): GeoProjection {
  const box = INSETS[code];
  return box ? fitted(inhabited(code, land), box) : country;
}

export const country = geoAlbersUsa().scale(1300).translate([547, 305]);

function fitted(land: Land, [x, y, width, height]: Box): GeoProjection {
  return geoMercator().rotate([-center(land), 0]).fitExtent([[x + 4, y + 4], [x + width - 4, y + height - 4]], land);
}

function center(land: Land): number {
  const points = polygons(land).flat().flat();
  return (points[0]![0]! + points[Math.floor(points.length / 2)]![0]!) / 2;
}

/** A territory, or a part of it, without its remote islands. */
export function inhabited(code: string, land: Land): Land {
  const [south, north] = ISLANDS[code] ?? [-90, 90];
  const kept = polygons(land).filter(([ring]) => ring!.every(([, latitude]) => latitude! > south && latitude! < north));
  return { ...land, geometry: { type: "MultiPolygon", coordinates: kept } };
}

const polygons = (land: Land): number[][][][] => (land.geometry.type === "Polygon" ? [land.geometry.coordinates] : land.geometry.coordinates);
