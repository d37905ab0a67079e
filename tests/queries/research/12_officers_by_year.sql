-- at: grants.groups.nodes
WITH g AS (
  SELECT g.fiscal_year AS y, CASE WHEN COUNT(o.id) > 0 AND COUNT(*) = COUNT(o.funded) THEN SUM(o.funded) / 10.0 END AS funded
  FROM grants g LEFT JOIN officers_funded o ON o.grant_id = g.id WHERE g.fiscal_year IS NOT NULL GROUP BY g.id
), t AS (SELECT y, SUM(funded) AS s, SUM(funded IS NULL) AS missing FROM g GROUP BY y)
SELECT y, s, missing, SUM(s) OVER w, s - LAG(s) OVER w, (s - LAG(s) OVER w) / LAG(s) OVER w, s / SUM(s) OVER (), RANK() OVER (ORDER BY s DESC)
FROM t WINDOW w AS (ORDER BY y) ORDER BY y
