// The map of agencies.
import { effect, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { AgencyMap, Place } from "../../../chart/agency-map";
import type { Answered } from "../latest";
import { counted, whole } from "../../../chart/numbers";
import type { AgencyMapQuery } from "../operations";
import { agencyLink } from "../route";
import { agencyMap, MOST_AGENCIES, state } from "../store";
import { Figure } from "./figure";
import { columns, leftOut, row, Waiting, written } from "./readings";
import { askedMeasure } from "./shown";
import { filterWords } from "./words";

/** The map component, which is loaded with its projection on first use. */
const drawing = signal<typeof AgencyMap | null>(null);
const failure = signal("");

effect(() => {
  if (state.value.map !== "agencies" || drawing.peek()) return;
  import("../../../chart/agency-map").then(
    (loaded) => {
      drawing.value = loaded.AgencyMap;
    },
    () => {
      failure.value = "Cannot load the map of agencies. Reload the page to try again.";
    },
  );
});

export function AgencyFigure({ tools }: { readonly tools: ComponentChildren }) {
  const answered = agencyMap.answered.value;
  if (!answered || !drawing.value) return <Waiting title="By agency" class="map-figure" tools={tools} {...(failure.value !== "" && { words: failure.value })} />;
  return <Agencies {...{ answered, tools }} Drawing={drawing.value} />;
}

interface Properties {
  readonly answered: Answered<AgencyMapQuery>;
  readonly Drawing: typeof AgencyMap;
  readonly tools: ComponentChildren;
}

function Agencies({ answered: { answer, asked }, Drawing, tools }: Properties) {
  const { measure, label } = askedMeasure(asked);
  const { grants, nowhere } = answer.data;
  const { revision, chosen } = state.value;
  const found = useMemo(
    () =>
      grants.groups.nodes.flatMap((node) => {
        const { agency } = node.key;
        return agency ? [{ agency, reading: measure.read(node) }] : [];
      }),
    [answer],
  );
  const places = useMemo(
    () =>
      found.map(({ agency, reading }, index): Place => ({
        id: agency.ori9 ?? agency.ori7 ?? String(index),
        name: agency.name ?? "Name unknown",
        state: agency.state,
        longitude: agency.longitude!,
        latitude: agency.latitude!,
        value: reading.value,
        text: written(measure, reading),
        href: agencyLink(agency, revision),
      })),
    [found, revision],
  );
  const missing = leftOut(found.map(({ reading }) => reading));
  if (nowhere.totalCount > 0) missing.push(`${counted(nowhere.totalCount, "award")} without an agency at a known place ${nowhere.totalCount === 1 ? "is" : "are"} not on the map.`);
  const { first: _, ...variables } = asked.variables;
  return (
    <Figure
      class="map-figure"
      title={`${label} by agency`}
      about={measure.about}
      hint={grants.groups.totalCount > found.length ? `The top ${whole(MOST_AGENCIES)} of ${whole(grants.groups.totalCount)} agencies at a known place.` : `${counted(found.length, "agency", "agencies")} at a known place.`}
      missing={missing}
      ask={asked}
      files={[{ of: "", ask: { ...asked, document: asked.document.replace("agency-map/", "agency-map-file/"), variables } }]}
      columns={["Agency", ...columns(label)]}
      rows={() => found.map(({ agency, reading }) => row(`${agency.name ?? "Name unknown"}, ${agency.state ?? "state unknown"}`, measure, reading))}
      filters={() => filterWords(state.value, null)}
      tools={tools}
    >
      <Drawing label="Map of agencies" places={places} states={chosen.states} short={measure.short} />
    </Figure>
  );
}
