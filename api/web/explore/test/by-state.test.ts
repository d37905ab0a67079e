import { expect, test } from "vitest";
import { byState } from "../src/by-state";
import { measures } from "../src/measure";
import type { OverviewQuery } from "../src/operations";

const group = (agencyState: string | null, organizationState: string | null, count: number, numbers: object) => ({ key: { agencyState, organizationState }, count, ...numbers });
const answer = (nodes: object[]) => ({ states: { groups: { nodes } } }) as unknown as OverviewQuery;

test("a sum of a state is that of its agencies and of its other recipients, to the cent", () => {
  const { states, unknown } = byState(
    answer([
      group("CA", null, 3, { federalShare: { sum: 0.1, missing: 1 } }),
      group("TX", null, 1, { federalShare: { sum: null, missing: 1 } }),
      group(null, "CA", 2, { federalShare: { sum: 0.2, missing: 0 } }),
      group(null, "GU", 1, { federalShare: { sum: 5, missing: 0 } }),
      group(null, null, 4, { federalShare: { sum: 7, missing: 2 } }),
    ]),
    measures.dollars,
  );
  expect([...states]).toEqual([
    ["CA", { value: 0.3, missing: 1, awards: 5 }],
    ["TX", { value: null, missing: 1, awards: 1 }],
    ["GU", { value: 5, missing: 0, awards: 1 }],
  ]);
  expect(unknown).toEqual({ value: 7, missing: 2, awards: 4 });
});

test("a quotient of a state is that of its agencies, and never a sum", () => {
  const { states, unknown } = byState(
    answer([group("CA", null, 3, { dollarsPerCapita: 10 }), group(null, "CA", 2, { dollarsPerCapita: 99 }), group(null, "GU", 1, { dollarsPerCapita: 99 })]),
    measures["per-served"],
  );
  expect(states.get("CA")).toEqual({ value: 10, missing: null, awards: 5 });
  expect(states.get("GU")).toEqual({ value: null, missing: null, awards: 1 });
  expect(unknown).toEqual({ value: null, missing: null, awards: 0 });
});

test("each measure reads its own field, and says what is not known", () => {
  const group = { count: 9, federalShare: { sum: 8, missing: 1 }, officersFunded: { sum: null, missing: 9 }, dollarsPerOfficer: 6, dollarsPerResident: 4, dollarsPerCapita: null, peopleTrained: { sum: 4, missing: 0 } };
  const read = Object.fromEntries(Object.values(measures).map((measure) => [measure.name, measure.read(group)]));
  expect(read).toEqual({
    dollars: { value: 8, missing: 1, awards: 9 },
    awards: { value: 9, missing: 0, awards: 9 },
    officers: { value: null, missing: 9, awards: 9 },
    "per-officer": { value: 6, missing: null, awards: 9 },
    "per-resident": { value: 4, missing: null, awards: 9 },
    "per-served": { value: null, missing: null, awards: 9 },
    trained: { value: 4, missing: 0, awards: 9 },
  });
});
