// Awards by fiscal year.
import { useMemo } from "preact/hooks";
import type { Brush } from "../../../chart/brush";
import { Timeline } from "../../../chart/timeline";
import { UNKNOWN } from "../dimension";
import { empty } from "../measure";
import type { Measure } from "../measure";
import type { CatalogQuery, OverviewQuery } from "../operations";
import { withYears } from "../state";
import { change, isBrushing, state } from "../store";
import { Figure } from "./figure";
import { columns, leftOut, row, Waiting, written } from "./readings";
import { useShown } from "./shown";
import type { ShownOverview } from "./shown";
import { filterWords } from "./words";

const onBrush = (next: Brush | null, settled: boolean) => {
  isBrushing.value = !settled;
  change(withYears(state.peek(), next), settled);
};

export function TimelineFigure() {
  const shown = useShown().value;
  return shown ? <Years shown={shown} /> : <Waiting title="By fiscal year" class="wide" />;
}

function Years({ shown }: { readonly shown: ShownOverview }) {
  const { measure, label, asked } = shown;
  const now = state.value;
  const { years, unknown, drawn } = useMemo(() => {
    const found = byYear(shown.answer, shown.known, measure);
    return { ...found, drawn: found.years.map(({ year, reading }) => ({ year, value: reading.value, text: written(measure, reading) })) };
  }, [shown]);
  const brush: Brush | null = now.years === null || now.years === UNKNOWN ? null : now.years;
  const toggleUnknown = () => change(withYears(now, now.years === UNKNOWN ? null : UNKNOWN));
  const rows = () => {
    const known = years.map(({ year, reading }) => row(String(year), measure, reading));
    return unknown ? [...known, row("Unknown", measure, unknown)] : known;
  };
  return (
    <Figure
      class="wide"
      title={`${label} by fiscal year`}
      about={measure.about}
      hint="Drag over years to select them, or click one. Click it again to select all years."
      missing={leftOut([...years.map(({ reading }) => reading), ...(unknown ? [unknown] : [])])}
      ask={{ ...asked, document: `${asked.document}/years` }}
      columns={["Fiscal year", ...columns(label)]}
      rows={rows}
      filters={() => filterWords(now, "years")}
      tools={
        <>
          {unknown && (
            <button type="button" class="small" aria-pressed={now.years === UNKNOWN} onClick={toggleUnknown}>
              Year unknown: {written(measure, unknown, measure.short)}
            </button>
          )}
          {brush && <button type="button" class="small" onClick={() => change(withYears(now, null))}>All years</button>}
        </>
      }
    >
      {years.length === 0 && <p class="waiting">The data have no awards with a known fiscal year.</p>}
      <Timeline
        label="Fiscal years"
        columns={drawn}
        brush={brush}
        short={measure.short}
        onBrush={onBrush}
      />
    </Figure>
  );
}

/** Each year from the first with an award to the last, and the awards of unknown year, if any. */
function byYear(answer: OverviewQuery, { grants }: CatalogQuery, measure: Measure) {
  const nodes = new Map(answer.years.groups.nodes.map((node) => [node.key.fiscalYear, node]));
  const all = grants.years.nodes.map(({ key }) => key.fiscalYear);
  const known = all.filter((year) => year !== null);
  const [first, last] = [Math.min(...known), Math.max(...known)];
  const years = known.length === 0 ? [] : Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const reading = (year: number | null) => {
    const node = nodes.get(year);
    return node ? measure.read(node) : empty(measure);
  };
  return { years: years.map((year) => ({ year, reading: reading(year) })), unknown: all.includes(null) ? reading(null) : null };
}
