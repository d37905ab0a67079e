-- at: grants.groups.nodes
WITH all_days AS (
  SELECT p.id, p.code, CAST(julianday(obligated_on) - julianday(announced_on) AS INTEGER) AS d
  FROM grants g LEFT JOIN programs p ON p.id = g.program_id
), v AS (
  SELECT code, d, ROW_NUMBER() OVER (PARTITION BY code ORDER BY d) - 1 AS place, COUNT(*) OVER (PARTITION BY code) AS n
  FROM all_days WHERE d IS NOT NULL
), q AS (
  SELECT code, p.p, MAX(CASE WHEN place = CAST(p.p * (n - 1) + 1e-9 AS INTEGER) THEN d END) AS a,
    MAX(CASE WHEN place = MIN(n - 1, CAST(p.p * (n - 1) + 1e-9 AS INTEGER) + 1) THEN d END) AS b,
    MAX(p.p * (n - 1) - CAST(p.p * (n - 1) + 1e-9 AS INTEGER)) AS rest
  FROM v, (SELECT 0.5 AS p UNION ALL SELECT 0.9) p GROUP BY code, p.p
)
SELECT c.code, COUNT(d), SUM(d IS NULL), AVG(d),
  (SELECT a + (b - a) * rest FROM q WHERE q.code IS c.code AND p = 0.5),
  (SELECT a + (b - a) * rest FROM q WHERE q.code IS c.code AND p = 0.9), MIN(d), MAX(d)
FROM all_days c GROUP BY c.id ORDER BY c.id IS NULL, c.id
