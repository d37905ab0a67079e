-- at: grants.totals.federalShare
WITH v AS (
  SELECT g.federal_share / 100.0 AS v, ROW_NUMBER() OVER (ORDER BY g.federal_share) - 1 AS place
  FROM grants g JOIN agencies a ON a.id = g.agency_id AND a.kind = 'SHERIFF' AND a.population < 25000
  WHERE g.federal_share IS NOT NULL
), n AS (SELECT COUNT(*) AS n FROM v), q AS (SELECT 0.5 AS p UNION ALL SELECT 0.9),
at AS (SELECT p, p * (n - 1) AS x, CAST(p * (n - 1) + 1e-9 AS INTEGER) AS low FROM q, n),
f AS (SELECT p, (SELECT v FROM v WHERE place = low) AS a, x - low AS rest,
  COALESCE((SELECT v FROM v WHERE place = low + 1), (SELECT v FROM v WHERE place = low)) AS b FROM at)
SELECT (SELECT n FROM n), (SELECT a + (b - a) * rest FROM f WHERE p = 0.5), (SELECT a + (b - a) * rest FROM f WHERE p = 0.9)
