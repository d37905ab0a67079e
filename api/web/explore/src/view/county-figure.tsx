// The map of counties.
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { StateValue } from "../../../chart/map";
import type { Answered } from "../latest";
import { failure, loaded } from "../loaded-counties";
import type { Loaded } from "../loaded-counties";
import type { CountiesQuery } from "../operations";
import { empty } from "../measure";
import type { Reading } from "../measure";
import { counted } from "../../../chart/numbers";
import { toggled } from "../state";
import { change, counties, overview, state } from "../store";
import { Figure } from "./figure";
import { columns, leftOut, row, Waiting, written } from "./readings";
import { askedMeasure } from "./shown";
import { filterWords } from "./words";

export function CountyFigure({ tools }: { readonly tools: ComponentChildren }) {
  const { answer, asked, isLoading } = counties.shown.value;
  if (failure.value !== "") return <Waiting title="By county" class="map-figure" words={failure.value} tools={tools} />;
  if (!answer || !asked || !loaded.value) return <Waiting title="By county" class="map-figure" tools={tools} />;
  return <Counties answered={{ answer, asked }} {...loaded.value} {...{ tools, isLoading }} />;
}

interface CountiesProperties extends Loaded {
  readonly answered: Answered<CountiesQuery>;
  readonly tools: ComponentChildren;
  readonly isLoading: boolean;
}

function Counties({ answered: { answer, asked }, outlines, CountyMap, tools, isLoading }: CountiesProperties) {
  const { measure, label } = askedMeasure(asked);
  const names = useMemo(() => new Map(outlines.map(({ fips, name, state }) => [fips, `${name}, ${state}`])), [outlines]);
  // The map is large, so it is drawn again only for a new answer.
  const { readings, values, none } = useMemo(() => {
    const { one, two, three, four } = answer.data;
    const nodes = [one, two, three, four].flatMap(({ groups }) => groups.nodes);
    const readings = new Map<string, Reading>(nodes.map((node) => [node.key.agencyCountyFips!, measure.read(node)]));
    const drawn = [...readings].map(([code, reading]): [string, StateValue] => [code, { code, value: reading.value, text: written(measure, reading) }]);
    return { readings, values: new Map(drawn), none: { value: empty(measure).value, text: "no awards" } };
  }, [answer]);
  const { unknown } = answer.data;
  const { chosen } = state.value;
  const strange = [...readings].filter(([fips]) => !names.has(fips)).reduce((sum, [, { awards }]) => sum + awards, 0);
  const missing = [...leftOut([...readings.values()])];
  if (unknown.totals.count > 0) missing.push(`${counted(unknown.totals.count, "award")} without an agency in a known county ${unknown.totals.count === 1 ? "is" : "are"} not on the map.`);
  if (strange > 0) missing.push(`${counted(strange, "award")} in counties that are not on the map.`);
  return (
    <Figure
      class="map-figure"
      title={`${label} by county`}
      about={measure.about}
      hint={`The county is that of the agency's headquarters. ${chosen.states.length === 0 ? "Select states to see only their counties." : ""}`}
      missing={missing}
      ask={asked}
      files={[{ of: "", ask: { ...asked, document: asked.document.replace("counties/", "county-file/") } }]}
      columns={["County", ...columns(label)]}
      rows={() => [...readings]
        .sort(([, one], [, other]) => (other.value ?? -Infinity) - (one.value ?? -Infinity))
        .slice(0, MOST_ROWS)
        .map(([fips, reading]) => row(names.get(fips) ?? fips, measure, reading))}
      more={readings.size > MOST_ROWS ? `Shown: the first ${MOST_ROWS} of ${readings.size} counties. The file has all of them.` : ""}
      filters={() => filterWords(state.value, "counties")}
      tools={tools}
      isStale={isLoading || overview.shown.value.isLoading}
    >
      <CountyMap
        label="Map of counties"
        counties={outlines}
        values={values}
        states={chosen.states}
        chosen={chosen.counties}
        none={none}
        short={measure.short}
        onToggle={toggleCounty}
      />
    </Figure>
  );
}

const MOST_ROWS = 300;
const toggleCounty = (fips: string) => change(toggled(state.peek(), "counties", fips));
