// The outlines of counties. They are larger than everything else together, so they are loaded on demand.
import { geoPath } from "d3-geo";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import url from "us-atlas/counties-10m.json?url";
import { states } from "./states";
import { inhabited, projection } from "./projection";
import type { Land } from "./projection";

export interface CountyOutline {
  readonly fips: string;
  readonly name: string;
  /** The code of its state. */
  readonly state: string;
  readonly path: string;
}

type Named = GeometryCollection<{ name: string }>;

/** All outlines. Yields after each state, so that the page stays responsive. */
export async function countyOutlines(): Promise<CountyOutline[]> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the response is ${response.status} ${response.statusText}`);
  const topology = (await response.json()) as Topology<{ states: Named; counties: Named }>;
  const lands = feature(topology, topology.objects.states).features as Land[];
  const counties = Map.groupBy(topology.objects.counties.geometries, ({ id }) => String(id).slice(0, 2));
  const outlines: CountyOutline[] = [];
  for (const { code, fips } of states) {
    const land = lands.find(({ id }) => String(id) === fips);
    if (!land) continue;
    const path = geoPath(projection(code, land)).digits(1);
    for (const geometry of counties.get(fips) ?? []) {
      const county = feature(topology, geometry) as Land;
      outlines.push({ fips: String(county.id), name: county.properties.name, state: code, path: path(inhabited(code, county)) ?? "" });
    }
    await new Promise((resolve) => setTimeout(resolve));
  }
  return outlines;
}
