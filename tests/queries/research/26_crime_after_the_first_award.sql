-- at: outcomes.differenceInDifferences.byYearsSince
WITH first AS (
  SELECT g.agency_id AS agency, MIN(g.fiscal_year) AS y FROM grants g JOIN programs p ON p.id = g.program_id AND p.category = 'HIRING'
  WHERE g.agency_id IS NOT NULL GROUP BY g.agency_id
), o AS (
  SELECT o.agency_id AS agency, o.year, 100000.0 * o.value / o.population_served AS rate, f.y AS first
  FROM outcomes o JOIN measures m ON m.id = o.measure_id AND m.code = 'violent_crime'
  LEFT JOIN first f ON f.agency = o.agency_id
  WHERE o.agency_id IS NOT NULL AND o.months_reported = 12 AND o.value IS NOT NULL AND o.population_served > 0
), cohorts AS (SELECT DISTINCT first AS g FROM o WHERE first IS NOT NULL),
-- The change of each agency in each cell: a cohort and a year.
changes AS (
  SELECT c.g, t.year - c.g AS since, t.agency, t.rate - b.rate AS change, t.first IS c.g AS is_treated
  FROM cohorts c JOIN o b ON b.year = c.g - 1 JOIN o t ON t.agency = b.agency AND t.year - c.g BETWEEN -5 AND 5 AND t.year <> c.g - 1
  WHERE t.first IS NULL OR t.first = c.g OR t.first > MAX(t.year, c.g)
), cells AS (
  SELECT g, since, COUNT(CASE WHEN is_treated THEN 1 END) AS treated, COUNT(CASE WHEN NOT is_treated THEN 1 END) AS controls,
    AVG(CASE WHEN is_treated THEN change END) AS of_treated, AVG(CASE WHEN NOT is_treated THEN change END) AS of_controls
  FROM changes GROUP BY g, since
), whole AS (SELECT * FROM cells WHERE treated > 0 AND controls > 0),
-- What each agency adds to the sum of the differences.
added AS (
  SELECT c.since, c.agency, SUM(CASE WHEN is_treated THEN change - of_treated ELSE (of_controls - change) * w.treated / w.controls END) AS e,
    MAX(is_treated) AS is_treated, MAX(NOT is_treated) AS is_control, MAX(is_treated AND treated = 1) AS is_alone
  FROM changes c JOIN whole w ON w.g = c.g AND w.since = c.since GROUP BY c.since, c.agency
), clusters AS (SELECT 1.0 * COUNT(DISTINCT agency) AS n FROM added),
sums AS (SELECT since, SUM(treated) AS n, SUM(treated * (of_treated - of_controls)) AS d, COUNT(*) AS cohorts FROM whole GROUP BY since)
SELECT s.since, d / s.n,
  (SELECT CASE WHEN SUM(is_treated) > SUM(is_alone) AND SUM(is_control) > 1 THEN SUM(e * e) END FROM added a WHERE a.since = s.since) * (SELECT n / (n - 1) FROM clusters) / s.n / s.n AS error_squared,
  (SELECT SUM(is_treated) FROM added a WHERE a.since = s.since), (SELECT SUM(is_control) FROM added a WHERE a.since = s.since),
  s.cohorts, (SELECT SUM(is_alone) FROM added a WHERE a.since = s.since)
FROM sums s
UNION ALL
SELECT -1, 0, NULL, (SELECT COUNT(DISTINCT agency) FROM added WHERE is_treated), (SELECT COUNT(DISTINCT agency) FROM added WHERE is_control),
  (SELECT COUNT(DISTINCT g) FROM whole), (SELECT COUNT(DISTINCT agency) FROM added WHERE is_alone)
ORDER BY 1
