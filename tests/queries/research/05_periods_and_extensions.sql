-- at: grants.totals
SELECT COUNT(d), SUM(d IS NULL), AVG(d), MIN(d), MAX(d),
  1.0 * SUM(COALESCE(period_end > original_period_end, 0)) / SUM(period_end IS NOT NULL AND original_period_end IS NOT NULL)
FROM (SELECT *, julianday(period_end) - julianday(period_start) AS d FROM grants)
