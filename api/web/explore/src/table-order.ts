// The query for a page of the table.
import type { Ask } from "./ask";
import { columns } from "./columns";
import type { Column } from "./columns";
import { awardFilter, inDollarsOf } from "./filter";
import { measures } from "./measure";
import type { Measure } from "./measure";
import type { AgenciesQueryVariables, AwardsQueryVariables, GrantFilter, GrantGroupOrder, GrantOrderField } from "./operations";
import type { State } from "./state";

export const ROWS = 25;

/** The column that a table is sorted by, and whether it is descending. */
export function orderOf(state: State): { column: Column; descending: boolean } {
  const { of, order } = state.table;
  const sortable = columns[of].filter(({ order }) => order !== null);
  const chosen = sortable.find(({ name }) => name === order.replace(/^-/, ""));
  if (chosen) return { column: chosen, descending: order.startsWith("-") };
  const byMeasure = sortable.find(({ name }) => name === state.measure);
  return { column: byMeasure ?? sortable.find(({ name }) => name === "dollars")!, descending: true };
}

/** The filter for rows that contain a text in a name or a number. */
function searched(text: string): GrantFilter | undefined {
  const contains = text.trim();
  if (contains === "") return undefined;
  // An ORI must match as a whole.
  const ori = /^[A-Za-z]{2}[A-Za-z0-9]{7}$/.test(contains) ? [{ agency: { ori9: { eq: contains.toUpperCase() } } }] : [];
  const names = [{ agency: { name: { contains } } }, { organization: { name: { contains } } }, { recipientName: { contains } }, { awardNumber: { contains } }];
  return { or: [...names, ...ori] };
}

/** The query for the chosen page of the table. */
export function tableAsk(state: State): Ask {
  const filters = [awardFilter(state), searched(state.table.search)].filter((filter) => filter !== undefined);
  const filter = filters.length > 1 ? { and: filters } : filters[0];
  const cursor = state.table.page.replace(/^(after|before):/, "");
  const page = state.table.page.startsWith("before:") ? { last: ROWS, before: cursor } : { first: ROWS, ...(cursor && { after: cursor }) };
  const { column, descending } = orderOf(state);
  const direction = descending ? "DESC" : "ASC";
  const shared = { ...(filter && { filter }), ...page };
  const { of } = state.table;
  if (of === "awards") {
    const variables: AwardsQueryVariables = { ...shared, orderBy: [{ field: column.order as GrantOrderField, direction, nulls: "LAST" }] };
    return { document: "awards", variables, revision: state.revision };
  }
  const variables: AgenciesQueryVariables = { ...shared, ...inDollarsOf(state), orderBy: [groupOrder(state, Object.values(measures).find(({ order }) => order === column.order)!, direction)] };
  return { document: "agencies", variables, revision: state.revision };
}

/** The order of groups by a measure. */
export function groupOrder(state: State, measure: Measure, direction: "ASC" | "DESC"): GrantGroupOrder {
  return { measure: measure.order, direction, nulls: "LAST", ...(measure.isMoney && inDollarsOf(state)) };
}
