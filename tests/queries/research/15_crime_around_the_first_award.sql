-- at: outcomes.groups.nodes
WITH first AS (
  SELECT g.agency_id, MIN(g.fiscal_year) AS y FROM grants g JOIN programs p ON p.id = g.program_id AND p.category = 'HIRING' GROUP BY g.agency_id
), r AS (
  SELECT o.year - f.y AS since, o.agency_id, o.value, CASE WHEN o.population_served > 0 THEN o.population_served END AS people
  FROM outcomes o JOIN measures m ON m.id = o.measure_id AND m.code = 'violent_crime' LEFT JOIN first f ON f.agency_id = o.agency_id
  WHERE o.agency_id IS NOT NULL AND o.months_reported = 12 AND (o.year - f.y BETWEEN -3 AND 3 OR f.y IS NULL)
), c AS (
  SELECT since, agency_id, 1.0 * SUM(value) AS v, SUM(people) AS p FROM r WHERE value IS NOT NULL AND people IS NOT NULL GROUP BY since, agency_id
), t AS (SELECT since, SUM(v) AS v, SUM(p) AS p, COUNT(*) AS g FROM c GROUP BY since)
SELECT r.since, t.v / t.p * 100000,
  (SELECT SUM((c.v - t.v / t.p * c.p) * (c.v - t.v / t.p * c.p)) * t.g / (t.g - 1.0) / t.p / t.p * 1e10 FROM c WHERE c.since IS r.since) AS error_squared,
  t.g, SUM(r.value IS NOT NULL AND r.people IS NOT NULL), SUM(r.value IS NULL OR r.people IS NULL)
FROM r LEFT JOIN t ON t.since IS r.since GROUP BY r.since ORDER BY r.since IS NULL, r.since
