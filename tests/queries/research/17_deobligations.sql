-- at: obligations.groups.nodes
SELECT CAST(strftime('%Y', obligated_on, '+3 months') AS INTEGER) AS y,
  CASE WHEN SUM(amount > 0) > 0 THEN 1.0 * SUM(MIN(amount, 0)) / SUM(MAX(amount, 0)) END
FROM obligations GROUP BY y ORDER BY y
