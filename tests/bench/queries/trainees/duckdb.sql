SELECT
  agencies.state,
  year(trainees."completedOn")::INTEGER AS year,
  trainees.role,
  count(*)::INTEGER AS count,
  (sum(trainees.hours) * 10)::DOUBLE AS hours
FROM trainees
LEFT JOIN agencies ON agencies.id = trainees."agency.id"
GROUP BY 1, 2, 3
ORDER BY 1 NULLS LAST, 2 NULLS LAST, 3 NULLS LAST
LIMIT 200
