// What agencies reported around their first award. This describes; it does not estimate what an award causes.
import { Lines } from "../../../chart/lines";
import type { Point } from "../../../chart/lines";
import { counted, rate, whole } from "../../../chart/numbers";
import { catalog, change, event, state } from "../store";
import { Figure } from "./figure";
import { filterWords } from "./words";

export function EventStudy() {
  const now = state.value;
  const known = catalog.shown.value.answer?.data;
  const { answer = null, asked = null } = event.answered.value ?? {};
  if (!known) return null;
  const measures = known.measures.nodes.filter(({ outcomes }) => outcomes.totalCount > 0);
  if (measures.length === 0) {
    return (
      <section class="figure wide study">
        <header><h2>What agencies reported</h2></header>
        <p class="waiting">The data have no outcomes, such as offenses and officers: none have been loaded.</p>
      </section>
    );
  }
  const of = (asked?.variables["measure"] as string | undefined) ?? now.event.measure;
  const measure = measures.find(({ code }) => code === of);
  const nodes = answer?.data.outcomes.groups.nodes ?? [];
  const years = nodes.filter(({ key }) => key.yearsSinceFirstGrant !== null).sort((one, other) => one.key.yearsSinceFirstGrant! - other.key.yearsSinceFirstGrant!);
  const found = new Map(years.map((node) => [node.key.yearsSinceFirstGrant!, node]));
  const [first, last] = [years[0]?.key.yearsSinceFirstGrant ?? 0, years.at(-1)?.key.yearsSinceFirstGrant ?? -1];
  // Some sources have no population; then the values are per agency.
  const isRate = nodes.length === 0 || nodes.some(({ ratePer100k }) => ratePer100k !== null);
  const notFunded = nodes.find(({ key }) => key.everFunded === false);
  const never = isRate ? notFunded?.ratePer100k : notFunded?.value.avg;
  const points = Array.from({ length: last - first + 1 }, (_, index): Point => {
    const node = found.get(first + index);
    const value = (isRate ? node?.ratePer100k : node?.value.avg) ?? null;
    const when = first + index === 0 ? "the year of the award" : `${Math.abs(first + index)} years ${first + index < 0 ? "before" : "after"}`;
    return { x: first + index, y: value, text: `${when}: ${value === null ? "unknown" : rate(value)}, ${counted(node?.agencies ?? 0, "agency", "agencies")}` };
  });
  const name = measure?.name ?? of;
  const title = `${name} ${isRate ? "per 100,000 people" : "per agency"} around the first award`;
  const counts = years.map(({ agencies }) => agencies);
  return (
    <Figure
      class="wide study"
      title={title}
      about={isRate ? "Values divided by the people served, over agencies that reported both." : "The mean of the agencies that reported. The number of people served is unknown."}
      hint={
        "Year 0 is the year of an agency's first award that matches the filters. This describes; it does not show what an award causes. " +
        "Partly reported years and flagged values are left out."
      }
      missing={years.length === 0 ? [] : [
        `${Math.min(...counts) === Math.max(...counts) ? counted(counts[0]!, "agency", "agencies") : `Between ${whole(Math.min(...counts))} and ${whole(Math.max(...counts))} agencies`} a year${now.event.balanced ? ", the same each year." : ", not the same each year."}`,
      ]}
      ask={asked}
      columns={["Years since the first award", isRate ? "Per 100,000" : "Per agency", "Agencies", "Value", "People served"]}
      rows={() => nodes.map((node) => [
        { text: node.key.yearsSinceFirstGrant === null ? (node.key.everFunded ? "Outside the window" : "Never had such an award") : String(node.key.yearsSinceFirstGrant) },
        number(isRate ? node.ratePer100k : node.value.avg),
        { text: whole(node.agencies), isNumber: true },
        { text: node.value.sum === null ? "unknown" : whole(node.value.sum), isNumber: true },
        { text: node.populationServed.sum === null ? "unknown" : whole(node.populationServed.sum), isNumber: true },
      ])}
      filters={() => filterWords(now, null)}
      tools={
        <>
          <label class="small">
            <span class="hidden">What agencies reported</span>
            <select value={now.event.measure} onChange={(changed) => change({ ...state.peek(), event: { ...now.event, measure: changed.currentTarget.value } })}>
              {measures.every(({ code }) => code !== now.event.measure) && <option value={now.event.measure}>{now.event.measure} (not in these data)</option>}
              {measures.map(({ code, name }) => <option key={code} value={code}>{name}</option>)}
            </select>
          </label>
          <label class="small">
            <input type="checkbox" checked={now.event.balanced} onChange={(changed) => change({ ...state.peek(), event: { ...now.event, balanced: changed.currentTarget.checked } })} />
            Same agencies every year
          </label>
        </>
      }
    >
      {points.length > 0 ? (
        <Lines
          label={title}
          series={[{ name: "Agencies with such an award, by years since the first", points }]}
          level={never == null ? null : { y: never, label: `Agencies that never had one, all years: ${rate(never)}` }}
          format={whole}
          xLabel="Years since the first award"
          xFormat={(x) => (x > 0 ? `+${x}` : String(x))}
          events={[0]}
        />
      ) : <p class="waiting">{answer ? "No agency that matches the filters reported this around its first award." : "Loading…"}</p>}
    </Figure>
  );
}

const number = (value: number | null) => ({ text: value === null ? "unknown" : rate(value), isNumber: true });
