-- at: trainees.groups.nodes
SELECT o.name, strftime('%Y', t.completed_on) || '-' || printf('%02d', (strftime('%m', t.completed_on) - 1) / 3 * 3 + 1) || '-01' AS q,
  COUNT(*), SUM(t.hours) / 10.0
FROM trainees t LEFT JOIN training_sessions s ON s.id = t.session_id LEFT JOIN trainings c ON c.id = s.training_id
LEFT JOIN organizations o ON o.id = c.provider_id
WHERE t.completed_on >= '2022-01-01'
GROUP BY o.id, q ORDER BY o.id IS NULL, o.id, q IS NULL, q
