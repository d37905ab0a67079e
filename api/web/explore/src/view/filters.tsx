// The active filters, each with a button that removes it.
import { dimensionNames, dimensions } from "../dimension";
import { isFiltered, toggled, withoutFilters, withYears } from "../state";
import { change, sharedLink, state } from "../store";
import { useState } from "preact/hooks";
import { valueName, yearsWords } from "./words";

export function Filters() {
  const now = state.value;
  const years = yearsWords(now);
  return (
    <nav class="filters" aria-label="Filters">
      {!isFiltered(now) && <span class="none">All awards. Select years, states or bars to filter the other charts. Select exactly two of a kind to compare them.</span>}
      {years !== null && <Chip label="Fiscal year" value={years} onRemove={() => change(withYears(now, null))} />}
      {dimensionNames.flatMap((name) =>
        now.chosen[name].map((value) => (
          <Chip key={`${name} ${value}`} label={dimensions[name].label} value={valueName(name, value)} onRemove={() => change(toggled(state.peek(), name, value))} />
        )),
      )}
      {isFiltered(now) && <button type="button" class="small" onClick={() => change(withoutFilters(now))}>Clear all</button>}
      <CopyLink />
    </nav>
  );
}

function Chip({ label, value, onRemove }: { readonly label: string; readonly value: string; readonly onRemove: () => void }) {
  return (
    <button type="button" class="chip" onClick={onRemove} aria-label={`Remove the filter ${label}: ${value}`}>
      <span>{label}:</span> {value} <b aria-hidden="true">×</b>
    </button>
  );
}

function CopyLink() {
  const [said, setSaid] = useState("");
  const copy = async () => {
    const link = sharedLink();
    try {
      await navigator.clipboard.writeText(link);
      setSaid("Link copied");
    } catch {
      setSaid(link);
    }
    setTimeout(() => setSaid(""), 6000);
  };
  return (
    <span class="share">
      <span role="status">{said}</span>
      <button type="button" class="small" onClick={copy}>Copy link</button>
    </span>
  );
}
