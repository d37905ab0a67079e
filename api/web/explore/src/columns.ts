// The columns of the tables, and the key by which the server sorts each.
import { measures } from "./measure";
import type { GrantMeasure, GrantOrderField } from "./operations";

export type TableName = "agencies" | "awards";

export interface Column {
  readonly name: string;
  readonly label: string;
  /** Whether it holds numbers. */
  readonly isNumber: boolean;
  /** The server's sort key; null if the column cannot be sorted. */
  readonly order: GrantMeasure | GrantOrderField | null;
}

const column = (name: string, label: string, order: Column["order"], isNumber = true): Column => ({ name, label, order, isNumber });

export const columns: Readonly<Record<TableName, readonly Column[]>> = {
  agencies: [
    column("agency", "Agency", null, false),
    column("state", "State", null, false),
    column("population", "Population", null),
    column("awards", "Awards", measures.awards.order),
    column("dollars", "Federal dollars", measures.dollars.order),
    column("officers", "Officers funded", measures.officers.order),
    column("per-officer", "Per officer", measures["per-officer"].order),
    column("per-served", "Per person served", measures["per-served"].order),
    column("trained", "Trained", measures.trained.order),
  ],
  awards: [
    column("award", "Award", "AWARD_NUMBER", false),
    column("recipient", "Recipient", "AGENCY_NAME", false),
    column("state", "State", "AGENCY_STATE", false),
    column("program", "Program", "PROGRAM_CODE", false),
    column("year", "Fiscal year", "FISCAL_YEAR"),
    column("status", "Status", "STATUS", false),
    column("dollars", "Federal dollars", "FEDERAL_SHARE"),
    column("officers", "Officers funded", null),
    column("hired", "Hired", null),
  ],
};
