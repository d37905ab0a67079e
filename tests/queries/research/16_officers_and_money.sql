-- at: agencies.totals.correlation
WITH g AS (
  SELECT a.sworn_officers AS x, CASE WHEN COUNT(g.id) = COUNT(g.federal_share) THEN COALESCE(SUM(g.federal_share), 0) / 100.0 END AS y
  FROM agencies a LEFT JOIN grants g ON g.agency_id = a.id GROUP BY a.id
), k AS (SELECT x, y FROM g WHERE x IS NOT NULL AND y IS NOT NULL),
r AS (
  SELECT x, y, RANK() OVER (ORDER BY x) + (COUNT(*) OVER (PARTITION BY x) - 1) / 2.0 AS rx,
    RANK() OVER (ORDER BY y) + (COUNT(*) OVER (PARTITION BY y) - 1) / 2.0 AS ry FROM k
), m AS (SELECT AVG(x) AS mx, AVG(y) AS my, AVG(rx) AS mr FROM r)
SELECT COUNT(*),
  SUM((x - mx) * (y - my)) * ABS(SUM((x - mx) * (y - my))) / SUM((x - mx) * (x - mx)) / SUM((y - my) * (y - my)) AS pearson_squared,
  SUM((rx - mr) * (ry - mr)) * ABS(SUM((rx - mr) * (ry - mr))) / SUM((rx - mr) * (rx - mr)) / SUM((ry - mr) * (ry - mr)) AS spearman_squared
FROM r, m
