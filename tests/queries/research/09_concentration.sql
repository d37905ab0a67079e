-- at: grants.groups.summary
WITH t AS (SELECT agency_id, SUM(federal_share) / 100.0 AS s FROM grants WHERE agency_id IS NOT NULL GROUP BY agency_id),
v AS (SELECT s, ROW_NUMBER() OVER (ORDER BY s) AS i FROM t WHERE s IS NOT NULL),
n AS (SELECT COUNT(*) AS n, SUM(s) AS total, AVG(s) AS mean FROM v)
SELECT (SELECT COUNT(*) FROM t), n, (SELECT SUM(s IS NULL) FROM t), mean,
  (SELECT AVG(s) FROM v WHERE i IN ((n + 1) / 2, (n + 2) / 2)),
  (SELECT SUM((s - mean) * (s - mean)) / (n - 1) FROM v),
  (SELECT SUM(2.0 * i * s) FROM v) / (n * total) - (n + 1.0) / n,
  (SELECT SUM(s) FROM v WHERE i > n - (n + 99) / 100) / total
FROM n
