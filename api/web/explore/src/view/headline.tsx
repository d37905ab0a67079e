// The totals of the selected awards. Each selects the measure that the charts show.
import { measureNames, measures } from "../measure";
import { counted } from "../../../chart/numbers";
import { catalog, change, overview, state } from "../store";

export function Headline() {
  const { answer, isLoading } = overview.shown.value;
  const now = state.value;
  const prices = catalog.shown.value.answer?.data.priceIndexes.nodes[0]?.year ?? null;
  const totals = answer?.data.all.totals;
  return (
    <section class="headline" aria-label="Totals" aria-busy={isLoading}>
      <div class="measures" role="radiogroup" aria-label="Measure shown in the charts">
        {measureNames.map((name) => {
          const measure = measures[name];
          const reading = totals && measure.total(totals);
          return (
            <label key={name} class="measure">
              <input type="radio" name="measure" value={name} checked={now.measure === name} onChange={() => change({ ...state.peek(), measure: name })} />
              <span class="label">{measure.label}</span>
              <strong>{reading ? (reading.value === null ? "–" : measure.headline(reading.value)) : "…"}</strong>
              <span class="note">{reading?.missing ? `${counted(reading.missing, "award")} of unknown value` : " "}</span>
            </label>
          );
        })}
      </div>
      <p class="about">{measures[now.measure].about}</p>
      <p class="counts" role="status">
        {totals && `${counted(totals.count, "award")} to ${counted(totals.agencies, "agency", "agencies")} and ${counted(totals.organizations, "other organization")}.`}
      </p>
      {prices !== null && (
        <label class="prices">
          <input type="checkbox" checked={now.dollarsOf !== null} onChange={(event) => change({ ...state.peek(), dollarsOf: event.currentTarget.checked ? prices : null })} />
          Dollars of {now.dollarsOf ?? prices} (adjusted for inflation)
        </label>
      )}
    </section>
  );
}
