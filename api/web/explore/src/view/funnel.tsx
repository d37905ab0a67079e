// Officers from requested to retained.
import { overview, state } from "../store";
import { Bars } from "../../../chart/bars";
import { awardFilter } from "../filter";
import { officers, percent, whole } from "../../../chart/numbers";
import { Figure } from "./figure";
import { filterWords } from "./words";

const STAGES = [
  ["officersRequested", "Requested"],
  ["officersFunded", "Funded"],
  ["officersAccepted", "Accepted"],
  ["officersHired", "Hired"],
  ["officersRetained", "Retained"],
] as const;

export function Funnel() {
  const answered = overview.answered.value;
  if (!answered) return null;
  const { answer, asked } = answered;
  const { totals } = answer.data.all;
  const stages = STAGES.map(([name, label]) => ({ label, ...totals[name] }));
  const rates = [
    totals.hiredRate === null ? null : `${percent(totals.hiredRate)} of the officers funded were hired, over the awards for which both are known.`,
    totals.retainedRate === null ? null : `${percent(totals.retainedRate)} of those hired were retained.`,
  ].filter((rate) => rate !== null);
  const unknown = stages.filter(({ missing }) => missing > 0).map(({ label, missing }) => `${label.toLowerCase()} ${whole(missing)}`);
  const isNothing = stages.every(({ sum }) => sum === null);
  return (
    <Figure
      title="From requested to retained"
      about="Officers at each stage, over the awards for which that stage is known."
      hint={["Funded is not hired.", ...rates].join(" ")}
      missing={unknown.length === 0 ? [] : [`* Excludes awards for which the stage is unknown: ${unknown.join(", ")}.`]}
      ask={{ ...asked, document: `${asked.document}/all` }}
      files={[{ of: "", ask: { ...asked, document: "officers-file", variables: { filter: awardFilter(state.value) } } }]}
      columns={["Stage", "Officers", "Awards of unknown value"]}
      rows={() => stages.map(({ label, sum, missing }) => [{ text: label }, { text: sum === null ? "unknown" : officers(sum), isNumber: true }, { text: whole(missing), isNumber: true }])}
      filters={() => filterWords(state.value, null)}
    >
      {isNothing ? <p class="waiting">The data have no officers for these awards.</p> : (
        <Bars label="Stages" bars={stages.map(({ label, sum, missing }) => ({ id: label, label, value: sum, text: number(sum, missing), full: number(sum, missing), isChosen: false }))} />
      )}
    </Figure>
  );
}

const number = (sum: number | null, missing: number) => (sum === null ? "unknown" : `${officers(sum)}${missing > 0 ? "*" : ""}`);
