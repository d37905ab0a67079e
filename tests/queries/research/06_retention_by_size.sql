-- at: grants.groups.nodes
WITH bands(low, name) AS (VALUES (0, 'UNDER_10000'), (10000, 'FROM_10000'), (25000, 'FROM_25000'), (50000, 'FROM_50000'),
  (100000, 'FROM_100000'), (250000, 'FROM_250000'), (500000, 'FROM_500000'), (1000000, 'FROM_1000000')),
g AS (
  SELECT g.id, p.id AS program, p.code, (SELECT MAX(low) FROM bands WHERE low <= a.population) AS low
  FROM grants g JOIN programs p ON p.id = g.program_id AND p.code IN ('CHP', 'CHRP') LEFT JOIN agencies a ON a.id = g.agency_id
)
SELECT g.code, (SELECT name FROM bands b WHERE b.low = g.low),
  1.0 * SUM(CASE WHEN o.hired IS NOT NULL AND o.retained IS NOT NULL THEN o.retained END)
    / SUM(CASE WHEN o.hired IS NOT NULL AND o.retained IS NOT NULL THEN o.hired END)
FROM g LEFT JOIN officers_funded o ON o.grant_id = g.id
GROUP BY g.program, g.low ORDER BY g.program, g.low IS NULL, g.low
