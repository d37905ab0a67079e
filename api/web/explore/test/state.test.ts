import { expect, test } from "vitest";
import { dimensions, UNKNOWN } from "../src/dimension";
import { awardFilter, eventVariables, overviewVariables } from "../src/filter";
import { initial, isFiltered, read, toggled, withYears, write } from "../src/state";
import type { State } from "../src/state";

const full: State = {
  measure: "officers",
  dollarsOf: 2025,
  years: { from: 2009, to: 2025 },
  chosen: { categories: ["HIRING"], programs: ["CHP", UNKNOWN], kinds: ["SHERIFF"], bands: ["UNDER_10000", "FROM_1000000"], statuses: ["OPEN"], states: ["CA", "PR"], counties: ["06037"], sizes: ["from1M", "from5M"] },
  map: "counties",
  revision: "4-00c0ffee00c0ffee",
  table: { of: "awards", search: "a & b=c", order: "-dollars", page: "after:WyI3" },
  event: { measure: "murder", balanced: true },
};

test("the state at the start is no query at all", () => {
  expect(write(initial)).toBe("");
  expect(read("")).toEqual({ state: initial, problems: [] });
});

test("what is chosen comes back from its link as it was", () => {
  expect(read(write(full))).toEqual({ state: full, problems: [] });
  expect(write(full)).toContain("years=2009-2025&purpose=HIRING&program=CHP,unknown&kind=SHERIFF");
  const unknown: State = { ...initial, years: UNKNOWN };
  expect(read(write(unknown)).state).toEqual(unknown);
});

test("what a link asks for and the page does not know is told, and the rest is kept", () => {
  const { state, problems } = read("?measure=gold&years=2025-2009&state=CA,ZZ&kind=SHERIFF&color=red&dollars=x&revision=last&program=CHP,CHP&balanced=yes&page=3&table=x&population=A&status=B&map=x&order=color&county=Harris&purpose=fun");
  expect(state).toEqual({ ...initial, chosen: { ...initial.chosen, kinds: ["SHERIFF"] } });
  expect(problems.map(({ parameter }) => parameter).sort()).toEqual(
    ["balanced", "color", "county", "dollars", "map", "measure", "order", "page", "population", "program", "purpose", "revision", "state", "status", "table", "years"],
  );
  expect(problems.find(({ parameter }) => parameter === "state")).toEqual({ parameter: "state", value: "CA,ZZ", reason: "ZZ is not a state code; an example is CA" });
  expect(read("?kind=Sheriffs,Police").problems[0]?.reason).toBe("Sheriffs is not a kind of agency, Police is not a kind of agency; an example is SHERIFF");
  expect(read("?state=CA&state=TX").problems).toEqual([{ parameter: "state", value: "CA and TX", reason: "it appears more than once" }]);
  // Not a value of any object.
  expect(read("?kind=constructor").problems).toHaveLength(1);
});

test("choosing a value twice takes it away, and begins the table anew", () => {
  const once = toggled({ ...full, chosen: initial.chosen }, "states", "TX");
  expect(once.chosen.states).toEqual(["TX"]);
  expect(once.table.page).toBe("");
  expect(toggled(once, "states", "TX").chosen.states).toEqual([]);
  expect(isFiltered(once)).toBe(true);
  expect(isFiltered(withYears(initial, UNKNOWN))).toBe(true);
  expect(isFiltered(initial)).toBe(false);
});

test("a choice is a filter, and the unknown the complement of what is known", () => {
  expect(overviewVariables(initial)).toEqual({});
  expect(overviewVariables(full)).toEqual({
    years: { fiscalYear: { gte: 2009, lte: 2025 } },
    categories: { program: { category: { in: ["HIRING"] } } },
    programs: { or: [{ program: { code: { in: ["CHP"] } } }, { not: { program: { code: { isNull: false } } } }] },
    kinds: { agency: { kind: { in: ["SHERIFF"] } } },
    bands: { agency: { or: [{ population: { lt: 10_000 } }, { population: { gte: 1_000_000 } }] } },
    statuses: { status: { in: ["OPEN"] } },
    states: { or: [{ agency: { state: { in: ["CA", "PR"] } } }, { organization: { state: { in: ["CA", "PR"] } } }] },
    counties: { agency: { countyFips: { in: ["06037"] } } },
    sizes: { or: [{ federalShare: { gte: 1_000_000, lt: 5_000_000 } }, { federalShare: { gte: 5_000_000 } }] },
    inDollarsOf: 2025,
  });
  const only = { ...initial, chosen: { ...initial.chosen, kinds: [UNKNOWN] } };
  expect(awardFilter(only)).toEqual(dimensions.kinds.missing);
  expect(awardFilter({ ...only, years: { from: 2010, to: 2010 } })).toEqual({ and: [{ fiscalYear: { eq: 2010 } }, dimensions.kinds.missing] });
  expect(awardFilter(initial)).toBeUndefined();
});

test("the event study takes agencies by what they are, and awards by the rest", () => {
  const { agency, awards } = eventVariables(full);
  expect(agency).toEqual({
    and: [{ kind: { in: ["SHERIFF"] } }, { or: [{ population: { lt: 10_000 } }, { population: { gte: 1_000_000 } }] }, { state: { in: ["CA", "PR"] } }, { countyFips: { in: ["06037"] } }],
  });
  expect(awards).toEqual({ and: [overviewVariables(full).years, overviewVariables(full).categories, overviewVariables(full).programs, overviewVariables(full).statuses, overviewVariables(full).sizes] });
  expect(eventVariables(initial)).toEqual({ measure: "violent_crime", from: -5, to: 10, balanced: false });
});
