-- at: grants.groups.nodes
-- From 1,000 to 10,000,000 these are steps of 1, 1.5, 2.5, 4 and 6 within each power of ten.
WITH RECURSIVE p(p) AS (SELECT 1000.0 UNION ALL SELECT p * 10 FROM p WHERE p < 1000000),
e(e) AS (SELECT p * s FROM p, (SELECT 1 AS s UNION ALL SELECT 1.5 UNION ALL SELECT 2.5 UNION ALL SELECT 4 UNION ALL SELECT 6) UNION SELECT 10000000.0),
b AS (SELECT e AS low, LEAD(e) OVER (ORDER BY e) AS high FROM e UNION ALL SELECT NULL, 1000.0),
g AS (SELECT p.category AS c, federal_share / 100.0 AS s FROM grants g LEFT JOIN programs p ON p.id = g.program_id),
beyond AS (SELECT MIN(s) < 1000 AS below, MAX(s) >= 10000000 AS above FROM g)
SELECT c, b.low, b.high, SUM(s IS NOT NULL AND (b.low IS NULL OR s >= b.low) AND (b.high IS NULL OR s < b.high)),
  COALESCE(SUM(CASE WHEN (b.low IS NULL OR s >= b.low) AND (b.high IS NULL OR s < b.high) THEN s END), 0)
FROM g, b, beyond WHERE (b.low IS NOT NULL OR below) AND (b.high IS NOT NULL OR above)
GROUP BY c, b.low, b.high ORDER BY c IS NULL, c, b.low IS NOT NULL, b.low
