"""The differences in differences of `26_crime_after_the_first_award.graphql`, by statsmodels, and by pyfixest.

    python 26_crime_after_the_first_award.py DATABASE           the numbers, from a SQLite database, by statsmodels
    python 26_crime_after_the_first_award.py DATABASE ANSWER    whether those of an answer (JSON) are the same to 6 digits

The answer is that of the query with `overall` and `preTrend` beside `byYearsSince`, and `value standardError low high` of each
(`statistic years degreesOfFreedom pValue` of `preTrend`).

statsmodels is asked for the regression of the stacked cells: for each cohort `g` and year `t` the change from `g - 1` to
`t` of each agency that has both values, on a constant and on whether it is of the cohort, for each cell its own; clustered
by agency. It is held against the saturated event study of pyfixest (Sun and Abraham 2021), which answers the same
where controls are never funded and all agencies have a value of each year. Written for statsmodels 0.15.0 and pyfixest 0.60.0.
"""

import json
import sqlite3
import sys

import numpy as np
import pandas as pd
from scipy import stats

ROWS = """
SELECT o.agency_id AS agency, o.year AS year, 100000.0 * o.value / o.population_served AS y, f.first AS first
FROM outcomes o JOIN measures m ON m.id = o.measure_id AND m.code = 'violent_crime'
LEFT JOIN (SELECT g.agency_id, MIN(g.fiscal_year) AS first FROM grants g JOIN programs p ON p.id = g.program_id
  AND p.category = 'HIRING' GROUP BY g.agency_id) f ON f.agency_id = o.agency_id
WHERE o.agency_id IS NOT NULL AND o.months_reported = 12 AND o.value IS NOT NULL AND o.population_served > 0
"""


def cells(rows, control, window):
    """The change of each agency in each cell, and whether it is treated."""
    wide = rows.pivot(index="agency", columns="year", values="y")
    first = rows.groupby("agency")["first"].first()
    found = []
    for cohort in sorted(first.dropna().unique()):
        if cohort - 1 not in wide.columns:
            continue
        for year in wide.columns:
            since = int(year - cohort)
            if since == -1 or not window[0] <= since <= window[1]:
                continue
            change = (wide[year] - wide[cohort - 1]).dropna()
            event = first[change.index]
            treated = event == cohort
            controls = event.isna() if control == "NEVER" else event.isna() | (event > max(year, cohort))
            if treated.any() and controls.any():
                keep = treated | controls
                cell = pd.DataFrame({"agency": change.index, "change": change.values, "treated": treated.values})[keep.values]
                found.append(cell.assign(cohort=int(cohort), year=int(year), since=since))
    return pd.concat(found)


def by_statsmodels(rows, control, window):
    import statsmodels.api as sm

    stacked = cells(rows, control, window)
    names = sorted(set(zip(stacked.cohort, stacked.year)))
    place = {name: number for number, name in enumerate(names)}
    at = np.array([place[name] for name in zip(stacked.cohort, stacked.year)])
    design = np.zeros((len(stacked), 2 * len(names)))
    design[np.arange(len(stacked)), at] = 1
    design[np.arange(len(stacked)), len(names) + at] = stacked.treated
    model = sm.OLS(stacked.change.values, design).fit(
        cov_type="cluster", cov_kwds={"groups": stacked.agency.values, "use_correction": False}, use_t=True
    )
    clusters = stacked.agency.nunique()
    variance = model.cov_params() * clusters / (clusters - 1)
    counts = stacked[stacked.treated].groupby(["cohort", "year"]).size()
    count = np.array([counts[name] for name in names], float)
    since = np.array([year - cohort for cohort, year in names])

    def weights(which):
        all = np.zeros(2 * len(names))
        all[len(names):] = np.where(which, count, 0) / count[which].sum()
        return all

    def effect(which):
        mean = weights(which)
        value, error = mean @ model.params, np.sqrt(mean @ variance @ mean)
        half = stats.t.ppf(0.975, clusters - 1) * error
        return {"value": value, "standardError": error, "low": value - half, "high": value + half}

    sides = stacked.groupby("since")
    spread = {
        it: count[since == it].max() > 1 and of[~of.treated].agency.nunique() > 1 for it, of in sides
    }
    before = sorted(it for it in set(since) if it < -1 and spread[it])
    test = None
    if before:
        means = np.array([weights(since == it) for it in before])
        values = means @ model.params
        statistic = values @ np.linalg.solve(means @ variance @ means.T, values) / len(before)
        p = stats.f.sf(statistic, len(before), clusters - 1)
        test = {"statistic": statistic, "years": len(before), "degreesOfFreedom": clusters - 1, "pValue": p}
    return {
        "clusters": clusters,
        "overall": effect(since >= 0),
        "byYearsSince": [{"yearsSince": int(it), **effect(since == it)} for it in sorted(set(since))],
        "preTrend": test,
    }


def by_pyfixest(rows):
    """By the years since: the mean of each, and its error without the correction for the number of coefficients."""
    import pyfixest as pf

    rows = rows[rows["first"].isna() | (rows["first"] > rows.year.min())]
    rows = rows.assign(g=rows["first"].fillna(0).astype(int), agency=rows.agency.astype(int))
    model = pf.event_study(
        rows, yname="y", idname="agency", tname="year", gname="g", estimator="saturated", cluster="agency"
    )
    clusters = rows.agency.nunique()
    correction = np.sqrt(float(np.squeeze(model._ssc)) * (clusters - 1) / clusters)
    found = model.aggregate(weighting="shares").astype(float)
    return {int(since): (it["Estimate"], it["Std. Error"] / correction) for since, it in found.iterrows()}


def hold(found, expected):
    """Whether all numbers are the same to 6 digits; prints those that are not."""
    wrong = [(a, b) for a, b in zip(found, expected, strict=True) if not np.isclose(a, b, rtol=1e-6, atol=1e-9)]
    print(f"{len(found)} numbers, of which {len(wrong)} differ", *wrong, sep="\n")
    return not wrong


if __name__ == "__main__":
    data = pd.read_sql(ROWS, sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True))
    expected = by_statsmodels(data, "NOT_YET", (-5, 5))
    if len(sys.argv) < 3:
        print(json.dumps(expected, indent=1))
        whole = data.groupby("agency").filter(lambda of: len(of) == data.year.nunique())
        other = by_pyfixest(whole)
        own = by_statsmodels(whole, "NEVER", (-99, 99))["byYearsSince"]
        own = [it for it in own if it["yearsSince"] in other]
        pairs = [(it[name], other[it["yearsSince"]][place]) for it in own for place, name in enumerate(["value", "standardError"])]
        sys.exit(0 if hold(*zip(*pairs)) else 1)
    found = json.load(open(sys.argv[2]))["data"]["outcomes"]["differenceInDifferences"]
    years = [it for it in found["byYearsSince"] if it["yearsSince"] != -1]
    found = [found["overall"], found["preTrend"], *years]
    expected = [expected["overall"], expected["preTrend"], *expected["byYearsSince"]]
    pairs = [(a[name], b[name]) for a, b in zip(found, expected, strict=True) for name in b]
    sys.exit(0 if hold(*zip(*pairs)) else 1)
