// Everything about one award.
import { statuses } from "../dimension";
import { dollars, officers, whole } from "../../../chart/numbers";
import type { AwardQuery, ClaimField, Instrument, OfficerKind } from "../operations";
import { agencyLink } from "../route";
import { award, state } from "../store";
import { Linked } from "./agency-page";
import { Facts, PlainTable, Section } from "./facts";
import { TakeAway, wholeList } from "./take-away";

type Award = NonNullable<AwardQuery["grant"]>;

const INSTRUMENTS: Readonly<Record<Instrument, string>> = {
  BLOCK_GRANT: "Block grant",
  FORMULA_GRANT: "Formula grant",
  PROJECT_GRANT: "Project grant",
  COOPERATIVE_AGREEMENT: "Cooperative agreement",
};
const KINDS: Readonly<Record<OfficerKind, string>> = {
  NEW_HIRE: "New hires",
  REHIRE_LAID_OFF: "Rehired after a layoff",
  REHIRE_PENDING_LAYOFF: "Retained despite a scheduled layoff",
  REDEPLOYED: "Redeployed (full-time equivalents)",
};

export function AwardPage({ number }: { readonly number: string }) {
  const { answer, asked, error } = award.shown.value;
  const found = answer?.data.grant;
  if (!answer || !asked) return <p class="waiting">{error ? "Nothing to show." : "Loading…"}</p>;
  if (!found) return <p class="waiting">The data have no award with the number {number}. <a href="/explore?table=awards">Search the table.</a></p>;
  return (
    <>
      <div class="title">
        <h2>Award {found.awardNumber}</h2>
        <TakeAway title={`Award ${found.awardNumber}`} ask={asked} files={[]} words={() => []} svg={null} />
      </div>
      {found.title && <p class="about">{found.title}</p>}
      <Facts facts={facts(found)} />
      <div class="grid">
        <Officers found={found} />
        <Obligations found={found} />
        <Claims found={found} />
      </div>
    </>
  );
}

const money = (value: number | null) => (value === null ? null : dollars(value));

function facts(found: Award): [string, preact.ComponentChildren][] {
  const recipient = found.agency?.name ?? found.organization?.name ?? found.recipientName;
  const { url, title } = found.source;
  const isWeb = url !== null && /^https?:\/\//.test(url);
  return [
    ["Recipient", recipient && <Linked href={found.agency && agencyLink(found.agency, state.value.revision)} text={recipient} />],
    ["Program", found.program && `${found.program.name} (${found.program.code})`],
    ["Fiscal year", found.fiscalYear],
    ["Status", found.status && statuses[found.status]],
    ["Federal share", money(found.federalShare)],
    ["Local match", money(found.localMatch)],
    ["Project total", money(found.projectTotal)],
    ["Paid out", money(found.outlayed)],
    ["Announced", found.announcedOn],
    ["Obligated", found.obligatedOn],
    ["Period", found.periodStart && `${found.periodStart} to ${found.periodEnd ?? "an unknown date"}${found.originalPeriodEnd && found.originalPeriodEnd !== found.periodEnd ? ` (originally ${found.originalPeriodEnd})` : ""}`],
    ["Instrument", found.instrument && INSTRUMENTS[found.instrument]],
    ["Assistance listing", found.assistanceListing],
    ["Training sessions paid for", whole(found.trainingSessions.totals.count)],
    ["Source", isWeb ? <a href={url} rel="noreferrer">{title}</a> : title],
  ];
}

/** The export menu of one list of an award; none if the list is empty. */
function Taken({ found, of, count }: { readonly found: Award; readonly of: "officers" | "obligations" | "claims"; readonly count: number }) {
  const number = found.awardNumber;
  if (count === 0 || number === null) return null;
  const ask = { document: `award-${of}`, variables: { number }, revision: state.value.revision };
  return <TakeAway title={`Award ${number}: ${of}`} ask={ask} files={wholeList(ask)} words={() => []} svg={null} />;
}

const some = (value: number | null) => (value === null ? null : officers(value));

function Officers({ found }: { readonly found: Award }) {
  const { nodes } = found.officersFunded;
  return (
    <Section title="Officers" class="half" tools={<Taken found={found} of="officers" count={nodes.length} />}>
      {nodes.length === 0 ? <p class="waiting">The data have no officers for this award. It may not have paid for any.</p> : (
        <PlainTable
          label="Officers"
          columns={["Officers", "Requested", "Funded", "Accepted", "Hired", "Retained"]}
          numbers={[1, 2, 3, 4, 5]}
          rows={nodes.map((node, index) => ({
            key: String(index),
            cells: [node.kind && KINDS[node.kind], some(node.requested), some(node.funded), some(node.accepted), some(node.hired), some(node.retained)],
          }))}
        />
      )}
      <p class="about">Funded is not hired: an officer counts as funded when the office approves the application.</p>
    </Section>
  );
}

function Obligations({ found }: { readonly found: Award }) {
  const { nodes, totalCount } = found.obligations;
  return (
    <Section title="Obligations" class="half" tools={<Taken found={found} of="obligations" count={totalCount} />}>
      {nodes.length === 0 ? <p class="waiting">The data have no transactions for this award.</p> : (
        <PlainTable
          label="Obligations"
          columns={["Date", "Amount", "Modification", "Description"]}
          numbers={[1]}
          rows={nodes.map((node, index) => ({ key: String(index), cells: [node.obligatedOn, dollars(node.amount), node.modificationNumber ?? "–", node.description ?? "–"] }))}
        />
      )}
      {totalCount > nodes.length && <p class="missing">Shown: the first {whole(nodes.length)} of {whole(totalCount)}.</p>}
      <p class="about">A negative amount is a de-obligation. The federal share is the sum of the obligations.</p>
    </Section>
  );
}

const field = (name: ClaimField) => name.toLowerCase().replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());

function Claims({ found }: { readonly found: Award }) {
  const { nodes } = found.claims;
  if (nodes.length === 0) return null;
  return (
    <Section title="What each source says" class="wide" tools={<Taken found={found} of="claims" count={nodes.length} />}>
      <PlainTable
        label="What each source says"
        columns={["Field", "Value", "Source", "Shown above", "Differs"]}
        numbers={[]}
        rows={nodes.map((node, index) => ({ key: String(index), cells: [field(node.field), node.value, node.source.title, node.shown ? "yes" : "no", node.differs ? "yes" : "no"] }))}
      />
    </Section>
  );
}
