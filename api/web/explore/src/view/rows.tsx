// The table of agencies or awards; the server searches, sorts and pages it.
import { memo } from "preact/compat";
import { useEffect, useMemo, useState } from "preact/hooks";
import { kinds, statuses } from "../dimension";
import { dollars, dollarsEach, officers, whole } from "../../../chart/numbers";
import type { AgenciesQuery, AwardsQuery } from "../operations";
import { isFiltered } from "../state";
import type { State, TableState } from "../state";
import { agencyLink, awardLink } from "../route";
import { change, state, table } from "../store";
import { columns } from "../columns";
import type { Column, TableName } from "../columns";
import { orderOf, ROWS } from "../table-order";
import { TakeAway, wholeList } from "./take-away";
import { filterWords } from "./words";

type Cells = Readonly<Record<string, { readonly text: string; readonly href?: string; readonly note?: string }>>;

interface Page {
  readonly rows: readonly Cells[];
  readonly count: number;
  readonly before: string | null;
  readonly after: string | null;
}

const turn = (next: Partial<TableState>) => change({ ...state.peek(), table: { ...state.peek().table, ...next } });

export function Rows() {
  const now = state.value;
  const { of } = now.table;
  const { answer, asked, error, isLoading } = table.shown.value;
  const page = useMemo(
    () => (answer && asked ? (asked.document === "awards" ? ofAwards(answer.data as AwardsQuery, now.revision) : ofAgencies(answer.data as AgenciesQuery, now.revision)) : null),
    [answer, asked, now.revision],
  );
  const isOther = asked !== null && asked.document !== of;
  const title = of === "agencies" ? "Agencies" : "Awards";
  return (
    <section class="figure wide rows" aria-labelledby="rows" aria-busy={isLoading}>
      <header>
        <h2 id="rows">{title}</h2>
        <div class="tools">
          <div class="switch" role="radiogroup" aria-label="Contents of the table">
            {(["agencies", "awards"] as const).map((name) => (
              <label key={name} class="small">
                <input type="radio" name="table" checked={of === name} onChange={() => turn({ of: name, order: "", page: "" })} />
                {name === "agencies" ? "Agencies" : "Awards"}
              </label>
            ))}
          </div>
          <Search />
          {asked && !isOther && <TakeAway title={title} words={() => [filterWords(now, null)]} ask={asked} files={wholeList(asked)} svg={null} />}
        </div>
      </header>
      {error?.trouble === "refused" && (
        <p class="waiting" role="alert">
          The server rejected this page of the table: {error.message}{" "}
          <button type="button" class="small" onClick={() => turn({ order: "", page: "" })}>Show the first page</button>
        </p>
      )}
      {page && !isOther ? <Table of={of} {...orderOf(now)} page={page} nothing={nothing(now)} /> : !error && <p class="waiting">Loading…</p>}
    </section>
  );
}

function Search() {
  const { search } = state.value.table;
  const [text, setText] = useState(search);
  useEffect(() => setText(search), [search]);
  return (
    <form role="search" onSubmit={(event) => { event.preventDefault(); turn({ search: text.trim(), page: "" }); }}>
      <input type="search" aria-label="Search names and numbers" placeholder="Name, ORI or award number" value={text} onInput={(event) => setText(event.currentTarget.value)} />
      <button type="submit" class="small">Search</button>
    </form>
  );
}

interface Order {
  readonly column: Column;
  readonly descending: boolean;
}

interface TableProperties extends Order {
  readonly of: TableName;
  readonly page: Page;
  /** The text of an empty table. */
  readonly nothing: string;
}

/** Memoized, because the page changes more often than the table. */
const Table = memo(({ of, column: by, descending, page, nothing }: TableProperties) => {
  const shown = columns[of];
  return (
    <>
      <div class="numbers tall" tabindex={0} role="region" aria-label="Rows">
        <table>
          <thead>
            <tr>{shown.map((column) => <Head key={column.name} column={column} order={{ column: by, descending }} />)}</tr>
          </thead>
          <tbody>
            {page.rows.map((cells, index) => (
              <tr key={index}>
                {shown.map(({ name, isNumber }) => {
                  const { text, href, note } = cells[name]!;
                  return (
                    <td key={name} class={isNumber ? "number" : ""} title={note}>
                      {href ? <a href={href}>{text}</a> : text}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
        {page.count === 0 && <p class="waiting">{nothing}</p>}
      </div>
      <nav class="pages" aria-label="Pages of the table">
        <span role="status">{whole(page.count)} {of}, {ROWS} per page. * Excludes awards of unknown value.</span>
        <button type="button" class="small" disabled={!page.before} onClick={() => turn({ page: `before:${page.before}` })}>Previous</button>
        <button type="button" class="small" disabled={!page.after} onClick={() => turn({ page: `after:${page.after}` })}>Next</button>
      </nav>
    </>
  );
});

/** Why a table is empty, and what to do about it. */
function nothing(state: State): string {
  const { of, search } = state.table;
  if (search !== "") return "No name or number matches. Search for something else, or remove a filter.";
  if (isFiltered(state)) return "Nothing matches the filters. Remove a filter.";
  return of === "agencies" ? "The data have no awards to agencies. See the awards." : "The data have no awards.";
}

function Head({ column, order }: { readonly column: Column; readonly order: Order }) {
  const isOrder = order.column.name === column.name;
  const sort = isOrder ? (order.descending ? "descending" : "ascending") : "none";
  const next = isOrder ? !order.descending : column.isNumber;
  return (
    <th scope="col" class={column.isNumber ? "number" : ""} aria-sort={column.order === null ? undefined : sort}>
      {column.order === null ? column.label : (
        <button type="button" onClick={() => turn({ order: `${next ? "-" : ""}${column.name}`, page: "" })}>
          {column.label}<span aria-hidden="true">{isOrder ? (order.descending ? " ▾" : " ▴") : ""}</span>
        </button>
      )}
    </th>
  );
}

interface Stats {
  readonly sum: number | null;
  readonly missing: number;
}
const sum = ({ sum, missing }: Stats, format: (value: number) => string) =>
  sum === null ? { text: "unknown" } : { text: `${format(sum)}${missing > 0 ? "*" : ""}`, ...(missing > 0 && { note: `Excludes ${missing} of unknown value` }) };
const maybe = (value: number | null, format: (value: number) => string) => ({ text: value === null ? "–" : format(value) });

type Info = { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly startCursor: string | null; readonly endCursor: string | null };
const turns = (info: Info) => ({ before: info.hasPreviousPage ? info.startCursor : null, after: info.hasNextPage ? info.endCursor : null });

const linked = (text: string, href: string | null) => (href === null ? { text } : { text, href });

function ofAgencies({ grants: { groups } }: AgenciesQuery, revision: string | null): Page {
  const rows = groups.nodes.map((node): Cells => {
    const { agency } = node.key;
    return {
      agency: { ...linked(agency?.name ?? "unknown", agency && agencyLink(agency, revision)), ...(agency?.kind && { note: kinds[agency.kind] }) },
      state: { text: agency?.state ?? "–" },
      population: maybe(agency?.population ?? null, whole),
      awards: { text: whole(node.count) },
      dollars: sum(node.federalShare, dollars),
      officers: sum(node.officersFunded, officers),
      "per-officer": maybe(node.dollarsPerOfficer, dollars),
      "per-served": maybe(node.dollarsPerCapita, dollarsEach),
      trained: sum(node.peopleTrained, whole),
    };
  });
  return { rows, count: groups.totalCount, ...turns(groups.pageInfo) };
}

function ofAwards({ grants }: AwardsQuery, revision: string | null): Page {
  const rows = grants.nodes.map((node): Cells => {
    const { funded, hired } = node.officersFunded.totals;
    return {
      award: linked(node.awardNumber ?? "no number", awardLink(node.awardNumber, revision)),
      recipient: linked(node.agency?.name ?? node.organization?.name ?? node.recipientName ?? "unknown", node.agency && agencyLink(node.agency, revision)),
      state: { text: node.agency?.state ?? node.organization?.state ?? "–" },
      program: { text: node.program?.code ?? "unknown" },
      year: { text: node.fiscalYear === null ? "unknown" : String(node.fiscalYear) },
      status: { text: node.status === null ? "unknown" : statuses[node.status] },
      dollars: maybe(node.federalShare, dollars),
      officers: sum(funded, officers),
      hired: sum(hired, officers),
    };
  });
  return { rows, count: grants.totalCount, ...turns(grants.pageInfo) };
}
