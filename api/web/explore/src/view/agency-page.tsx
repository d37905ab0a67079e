// Everything about one agency.
import { Bars } from "../../../chart/bars";
import { Lines } from "../../../chart/lines";
import { Timeline } from "../../../chart/timeline";
import { kinds, statuses } from "../dimension";
import { counted, dollars, dollarsEach, officers, percent, rate, short, whole } from "../../../chart/numbers";
import type { AgencyQuery, NeighborFragment } from "../operations";
import { agencyLink, awardLink } from "../route";
import { stateName } from "../../../chart/states";
import { agency, agencyOutcomes, catalog, change, neighbors, ofAgency, state, table } from "../store";
import type { AwardsQuery } from "../operations";
import { Facts, PlainTable, Section } from "./facts";
import { Figure } from "./figure";
import { TakeAway, wholeList } from "./take-away";

type Agency = NonNullable<AgencyQuery["agency"]>;

export function AgencyPage({ ori }: { readonly ori: string }) {
  const { answer, asked, error } = agency.shown.value;
  const found = answer?.data.agency;
  if (!answer || !asked) return <p class="waiting">{error ? "Nothing to show." : "Loading…"}</p>;
  if (!found) return <p class="waiting">The data have no agency with the ORI {ori}. <a href="/explore">Search by name.</a></p>;
  const { totals } = found.grants;
  return (
    <>
      <div class="title">
        <h2>{found.name ?? `Agency ${ori}`}</h2>
        <TakeAway title={found.name ?? `Agency ${ori}`} ask={asked} files={[]} words={() => []} svg={null} />
      </div>
      <Facts
        facts={[
          ["Kind", found.kind && kinds[found.kind]],
          ["Place", [found.city, found.countyName, found.state && stateName(found.state)].filter((part) => part).join(", ") || null],
          ["ORI", found.ori9 ?? found.ori7],
          ["People served", found.population === null ? null : whole(found.population)],
          ["Sworn officers", found.swornOfficers === null ? null : whole(found.swornOfficers)],
          ["Awards", whole(totals.count)],
          ["Federal dollars", amount(totals.federalShare, dollars)],
          ["Officers funded", amount(totals.officersFunded, officers)],
          ["Dollars per officer funded", totals.dollarsPerOfficer === null ? null : dollars(totals.dollarsPerOfficer)],
          ["Dollars per person served", totals.dollarsPerCapita === null ? null : dollarsEach(totals.dollarsPerCapita)],
          ["Trainees from this agency", whole(found.trainees.totals.count)],
          ["Source", found.source.title],
        ]}
      />
      <div class="grid">
        <Years ori={ori} found={found} />
        <Officers ori={ori} found={found} />
        <Reported ori={ori} found={found} />
        <AwardsOf ori={ori} found={found} />
        <Neighbors found={found} />
      </div>
    </>
  );
}

interface Stats {
  readonly sum: number | null;
  readonly missing: number;
}

/** A sum, and how many awards it leaves out. */
export function amount({ sum, missing }: Stats, format: (value: number) => string): string | null {
  if (sum === null) return null;
  return missing === 0 ? format(sum) : `${format(sum)}, excluding ${counted(missing, "award")} of unknown value`;
}

interface Properties {
  readonly ori: string;
  readonly found: Agency;
}

const words = ({ ori, found }: Properties) => `Agency: ${found.name ?? ori}.`;
/** A query of the awards of one agency. */
const asking = (document: string, ori: string) => ({ document, variables: { filter: ofAgency(ori) }, revision: state.value.revision });
const number = (text: string) => ({ text, isNumber: true });

function Years({ ori, found }: Properties) {
  const nodes = found.grants.groups.nodes;
  const known = nodes.map(({ key }) => key.fiscalYear).filter((year) => year !== null);
  const all = catalog.shown.value.answer?.data.grants.years.nodes.map(({ key }) => key.fiscalYear).filter((year) => year !== null) ?? known;
  if (all.length === 0) return null;
  const [first, last] = [Math.min(...all), Math.max(...all)];
  const columns = Array.from({ length: last - first + 1 }, (_, index) => {
    const node = nodes.find(({ key }) => key.fiscalYear === first + index);
    const value = node ? node.federalShare.sum : 0;
    return { year: first + index, value, text: node ? `${amount(node.federalShare, dollars) ?? "unknown"}, ${counted(node.count, "award")}` : "no awards" };
  });
  const unknown = nodes.find(({ key }) => key.fiscalYear === null);
  return (
    <Figure
      class="wide"
      title="Federal dollars by fiscal year"
      about="The federal share of its awards, in nominal dollars."
      missing={unknown ? [`${counted(unknown.count, "award")} of unknown year: ${amount(unknown.federalShare, dollars) ?? "unknown"}.`] : []}
      ask={asking("years-file/dollars", ori)}
      columns={["Fiscal year", "Federal dollars", "Awards", "Awards of unknown value"]}
      rows={() => nodes.map(({ key, count, federalShare }) => [
        { text: key.fiscalYear === null ? "Unknown" : String(key.fiscalYear) },
        number(federalShare.sum === null ? "unknown" : dollars(federalShare.sum)),
        number(whole(count)),
        number(whole(federalShare.missing)),
      ])}
      filters={() => words({ ori, found })}
    >
      <Timeline label="Federal dollars by fiscal year" columns={columns} short={(value) => short(value, "$")} />
    </Figure>
  );
}

function Officers({ ori, found }: Properties) {
  const { totals } = found.grants;
  const stages = [
    ["Requested", totals.officersRequested],
    ["Funded", totals.officersFunded],
    ["Accepted", totals.officersAccepted],
    ["Hired", totals.officersHired],
    ["Retained", totals.officersRetained],
  ] as const;
  const written = (stats: Stats) => inShort(stats, officers) ?? "unknown";
  return (
    <Figure
      class="half"
      title="From requested to retained"
      about="Officers at each stage, over the awards for which that stage is known."
      hint={`Funded is not hired.${totals.hiredRate === null ? "" : ` ${percent(totals.hiredRate)} of the officers funded were hired, over the awards for which both are known.`}`}
      missing={stages.some(([, { missing }]) => missing > 0) ? ["* Excludes awards for which the stage is unknown."] : []}
      ask={asking("officers-file", ori)}
      columns={["Stage", "Officers", "Awards of unknown value"]}
      rows={() => stages.map(([label, { sum, missing }]) => [{ text: label }, number(sum === null ? "unknown" : officers(sum)), number(whole(missing))])}
      filters={() => words({ ori, found })}
    >
      <Bars label="Officers" bars={stages.map(([label, stats]) => ({ id: label, label, value: stats.sum, text: written(stats), full: amount(stats, officers) ?? "unknown", isChosen: false }))} />
    </Figure>
  );
}

function Reported({ ori, found }: Properties) {
  const known = catalog.shown.value.answer?.data.measures.nodes.filter(({ outcomes }) => outcomes.totalCount > 0) ?? [];
  const { answer, asked } = agencyOutcomes.shown.value;
  const measure = known.find(({ code }) => code === asked?.variables["measure"]);
  const nodes = answer?.data.outcomes.nodes ?? [];
  const whole12 = nodes.filter(({ monthsReported }) => monthsReported === null || monthsReported === 12);
  const [first = 0, last = -1] = [whole12[0]?.year, whole12.at(-1)?.year];
  const points = Array.from({ length: last - first + 1 }, (_, index) => {
    const node = whole12.find(({ year }) => year === first + index);
    const doubt = node?.flag ? `, ${FLAGS[node.flag]}` : "";
    return { x: first + index, y: node && !node.flag ? node.value : null, text: `${first + index}: ${node ? `${whole(node.value)}${per(node)}${doubt}` : "not reported for the whole year"}` };
  });
  const events = [...new Set(found.grants.groups.nodes.map(({ key }) => key.fiscalYear).filter((year) => year !== null))];
  const left = nodes.length - points.filter(({ y }) => y !== null).length;
  const title = `${measure?.name ?? "Outcomes"} reported`;
  return (
    <Figure
      class="half"
      title={title}
      about={`What the agency reported for whole years${measure ? `, in ${measure.unit.toLowerCase().replaceAll("_", " ")}` : ""}.`}
      missing={left > 0 ? [`${counted(left, "year")} partly reported or flagged ${left === 1 ? "is" : "are"} left out.`] : []}
      ask={nodes.length > 0 ? asked : null}
      {...(asked && { files: wholeList(asked) })}
      columns={["Year", "Value", "People served", "Months reported", "Flag"]}
      rows={() => nodes.map(({ year, value, populationServed, monthsReported, flag }) => [
        { text: String(year) },
        number(whole(value)),
        number(populationServed === null ? "unknown" : whole(populationServed)),
        number(monthsReported === null ? "unknown" : String(monthsReported)),
        { text: flag ? FLAGS[flag] : "" },
      ])}
      filters={() => words({ ori, found })}
      tools={
        known.length > 0 && (
          <label class="small">
            <span class="hidden">What the agency reported</span>
            <select value={state.value.event.measure} onChange={(changed) => change({ ...state.peek(), event: { ...state.peek().event, measure: changed.currentTarget.value } })}>
              {known.map(({ code, name }) => <option key={code} value={code}>{name}</option>)}
            </select>
          </label>
        )
      }
    >
      {points.length > 0 ? (
        <Lines label={title} series={[{ name: measure?.unit ?? "value", points }]} level={null} format={whole} xLabel="Year; dashed lines mark fiscal years of awards" xFormat={String} events={events} />
      ) : <p class="waiting">{answer ? "It reported no whole year of this." : "Loading…"}</p>}
    </Figure>
  );
}

const FLAGS = { IMPLAUSIBLE: "implausible", COUNTED_ELSEWHERE: "its population is counted by another agency", CAVEAT: "with a caveat" } as const;
const per = ({ value, populationServed }: { readonly value: number; readonly populationServed: number | null }) =>
  populationServed ? ` (${rate((value * 100_000) / populationServed)} per 100,000)` : "";

function AwardsOf({ ori, found }: Properties) {
  const { answer, asked } = table.shown.value;
  if (!answer || !asked) return null;
  const { grants } = answer.data as AwardsQuery;
  const { revision } = state.value;
  return (
    <Section title="Awards" class="wide" tools={<TakeAway title={`Awards of ${found.name ?? ori}`} ask={asked} files={wholeList(asked)} words={() => []} svg={null} />}>
      <PlainTable
        label="Awards"
        columns={["Award", "Program", "Fiscal year", "Status", "Federal dollars", "Officers funded", "Hired"]}
        numbers={[2, 4, 5, 6]}
        rows={grants.nodes.map((node, index) => ({
          key: node.awardNumber ?? String(index),
          cells: [
            <Linked key="link" href={awardLink(node.awardNumber, revision)} text={node.awardNumber ?? "no number"} />,
            node.program?.code,
            node.fiscalYear,
            node.status && statuses[node.status],
            node.federalShare === null ? null : dollars(node.federalShare),
            inShort(node.officersFunded.totals.funded, officers),
            inShort(node.officersFunded.totals.hired, officers),
          ],
        }))}
      />
      {grants.totalCount > grants.nodes.length && <p class="missing">Shown: the newest {whole(grants.nodes.length)} of {whole(grants.totalCount)}. The file has all of them.</p>}
    </Section>
  );
}

function Neighbors({ found }: { readonly found: Agency }) {
  const { answer, asked } = neighbors.shown.value;
  if (found.population === null || found.kind === null) {
    return <Section title="Agencies of its size" class="wide"><p class="waiting">Its population or its kind is unknown.</p></Section>;
  }
  if (!answer || !asked) return null;
  const { below, above } = answer.data;
  const files = [["smaller ones", "below"], ["larger ones", "above"]].map(([of, list]) => ({ of: of!, ask: { ...asked, document: `neighbors/${list}` } }));
  const own = { name: found.name, ori9: found.ori9, ori7: found.ori7, state: found.state, population: found.population, grants: found.grants };
  const all: (NeighborFragment & { isOwn?: boolean })[] = [...above.nodes].reverse().concat([{ ...own, isOwn: true } as NeighborFragment], below.nodes);
  return (
    <Section
      title="Agencies of its size"
      class="wide"
      tools={<TakeAway title={`Agencies of the size of ${found.name ?? "an agency"}`} ask={asked} files={files} words={() => []} svg={null} />}
    >
      <PlainTable
        label="Agencies of its size"
        columns={["Agency", "State", "People served", "Awards", "Federal dollars", "Officers funded", "Dollars per person served"]}
        numbers={[2, 3, 4, 5, 6]}
        rows={all.map((other) => ({
          key: other.ori9 ?? other.ori7 ?? other.name ?? "",
          cells: [
            other.isOwn ? <strong key="own">{other.name}</strong> : <Linked key="link" href={agencyLink(other, state.value.revision)} text={other.name ?? "unknown"} />,
            other.state,
            other.population === null ? null : whole(other.population),
            whole(other.grants.totals.count),
            ...ofAwards(other.grants.totals),
          ],
        }))}
      />
      <p class="about">The agencies of the same kind ({kinds[found.kind].toLowerCase()}) closest in population served, nationwide. * Excludes awards of unknown value.</p>
    </Section>
  );
}

/** The numbers of a neighbor; dashes if it has no awards. */
function ofAwards({ count, federalShare, officersFunded, dollarsPerCapita }: NeighborFragment["grants"]["totals"]) {
  if (count === 0) return ["–", "–", "–"];
  return [inShort(federalShare, dollars), inShort(officersFunded, officers), dollarsPerCapita === null ? null : dollarsEach(dollarsPerCapita)];
}

/** A sum, with an asterisk if it leaves out awards. */
const inShort = ({ sum, missing }: Stats, format: (value: number) => string) => (sum === null ? null : `${format(sum)}${missing > 0 ? "*" : ""}`);

export function Linked({ href, text }: { readonly href: string | null; readonly text: string }) {
  return href === null ? <>{text}</> : <a href={href}>{text}</a>;
}
