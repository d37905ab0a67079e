// The position of a place on the map.
import { geoMercator } from "d3-geo";
import { outlines } from "virtual:states";
import { country } from "./projection";

const territories = outlines.flatMap(({ places }) => {
  if (!places) return [];
  const [x, y] = places.translate;
  return [{ bounds: places.bounds, project: geoMercator().rotate([places.rotate, 0]).scale(places.scale).translate([x, y]) }];
});

/** The point of a place, in the units of the map; null if it is not on the map. */
export function countryPoint(longitude: number, latitude: number): [number, number] | null {
  const isIn = ([[west, south], [east, north]]: (typeof territories)[number]["bounds"]) =>
    longitude >= west - 0.2 && longitude <= east + 0.2 && latitude >= south - 0.2 && latitude <= north + 0.2;
  return country([longitude, latitude]) ?? territories.find(({ bounds }) => isIn(bounds))?.project([longitude, latitude]) ?? null;
}
