// Awards on a map of states, counties or agencies.
import { useMemo } from "preact/hooks";
import { StateMap } from "../../../chart/map";
import type { StateValue } from "../../../chart/map";
import { byState } from "../by-state";
import { UNKNOWN } from "../dimension";
import { empty, measures } from "../measure";
import { counted } from "../../../chart/numbers";
import { mapNames, toggled } from "../state";
import type { MapName } from "../state";
import { stateName, states } from "../../../chart/states";
import { change, state } from "../store";
import { AgencyFigure } from "./agency-figure";
import { CountyFigure } from "./county-figure";
import { Figure } from "./figure";
import { columns, leftOut, row, Waiting, written } from "./readings";
import { useShown } from "./shown";
import type { ShownOverview } from "./shown";
import { filterWords } from "./words";

const MAPS: Readonly<Record<MapName, string>> = { states: "States", counties: "Counties", agencies: "Agencies" };

/** Selects what the map shows. */
function MapSwitch() {
  const { map } = state.value;
  return (
    <div class="switch" role="radiogroup" aria-label="What the map shows">
      {mapNames.map((name) => (
        <label key={name} class="small">
          <input type="radio" name="map" checked={map === name} onChange={() => change({ ...state.peek(), map: name })} />
          {MAPS[name]}
        </label>
      ))}
    </div>
  );
}

export function MapFigure() {
  const { map, measure } = state.value;
  if (map !== "states" && measure === "per-resident") return <Waiting title={`${measures[measure].label} by ${map === "counties" ? "county" : "agency"}`} class="map-figure" words="Residents are known only for states. Select the map of states, or dollars per person served." tools={<MapSwitch />} />;
  if (map === "counties") return <CountyFigure tools={<MapSwitch />} />;
  return map === "agencies" ? <AgencyFigure tools={<MapSwitch />} /> : <StateFigure />;
}

function StateFigure() {
  const shown = useShown().value;
  return shown ? <States shown={shown} /> : <Waiting title="By state" class="map-figure" />;
}

const toggle = (code: string) => change(toggled(state.peek(), "states", code));

function States({ shown }: { readonly shown: ShownOverview }) {
  const { measure, label, asked } = shown;
  const { chosen } = state.value;
  const { states: found, unknown, values } = useMemo(() => {
    const numbers = byState(shown.answer, measure);
    const reading = (code: string) => numbers.states.get(code) ?? empty(measure);
    const drawn = states.map(({ code }): [string, StateValue] => [code, { code, value: reading(code).value, text: written(measure, reading(code)) }]);
    return { ...numbers, values: new Map(drawn) };
  }, [shown]);
  const missing = leftOut([...found.values()]);
  if (unknown.awards > 0) missing.push(`${counted(unknown.awards, "award")} without a state ${unknown.awards === 1 ? "is" : "are"} not on the map.`);
  const rows = () => {
    const byValue = [...found].sort(([, one], [, other]) => (other.value ?? -Infinity) - (one.value ?? -Infinity));
    const known = byValue.map(([code, reading]) => row(stateName(code), measure, reading));
    return unknown.awards > 0 ? [...known, row("State unknown", measure, unknown)] : known;
  };
  return (
    <Figure
      class="map-figure"
      title={`${label} by state`}
      about={measure.about}
      hint={measure.isSum ? "The state is that of the recipient." : "Agencies only: awards to other organizations are left out."}
      missing={missing}
      ask={{ ...asked, document: `${asked.document}/states` }}
      columns={["State", ...columns(label)]}
      rows={rows}
      filters={() => filterWords(state.value, "states")}
      tools={
        <>
          {unknown.awards > 0 && (
            <button type="button" class="small" aria-pressed={chosen.states.includes(UNKNOWN)} onClick={() => toggle(UNKNOWN)}>
              State unknown: {written(measure, unknown, measure.short)}
            </button>
          )}
          <MapSwitch />
        </>
      }
    >
      <StateMap label="Map of states" values={values} chosen={chosen.states} short={measure.short} onToggle={toggle} />
    </Figure>
  );
}
