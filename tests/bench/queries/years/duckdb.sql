SELECT
  "fiscalYear",
  count(*)::INTEGER AS count,
  (sum("federalShare") * 100)::DOUBLE AS sum,
  avg("federalShare") * 100 AS avg
FROM grants
GROUP BY "fiscalYear"
ORDER BY "fiscalYear" NULLS LAST
