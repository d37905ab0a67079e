-- at: outcomes.groups.nodes
WITH first AS (
  SELECT g.agency_id, MIN(g.fiscal_year) AS y FROM grants g JOIN programs p ON p.id = g.program_id AND p.code = 'CHP' GROUP BY g.agency_id
), o AS (
  SELECT o.*, o.year - f.y AS since FROM outcomes o JOIN measures m ON m.id = o.measure_id AND m.code = 'sworn_officers'
  LEFT JOIN first f ON f.agency_id = o.agency_id WHERE o.agency_id IS NOT NULL AND (o.year - f.y BETWEEN -2 AND 2 OR f.y IS NULL)
), whole AS (
  SELECT agency_id FROM o WHERE since IS NOT NULL GROUP BY agency_id HAVING COUNT(DISTINCT year) = 5
), r AS (
  SELECT since, agency_id, value, CASE WHEN population_served > 0 THEN population_served END AS people FROM o
  WHERE since IS NULL OR agency_id IN (SELECT agency_id FROM whole)
), c AS (
  SELECT since, agency_id, 1.0 * SUM(value) AS v, SUM(people) AS p FROM r WHERE value IS NOT NULL AND people IS NOT NULL GROUP BY since, agency_id
), t AS (SELECT since, SUM(v) AS v, SUM(p) AS p, COUNT(*) AS g FROM c GROUP BY since)
SELECT r.since, t.v / t.p * 100000,
  (SELECT SUM((c.v - t.v / t.p * c.p) * (c.v - t.v / t.p * c.p)) * t.g / (t.g - 1.0) / t.p / t.p * 1e10 FROM c WHERE c.since IS r.since) AS error_squared, t.g
FROM r LEFT JOIN t ON t.since IS r.since GROUP BY r.since ORDER BY r.since IS NULL, r.since
