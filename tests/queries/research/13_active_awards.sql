-- at: grants.totals.active
WITH RECURSIVE y(y) AS (SELECT 1996 UNION ALL SELECT y + 1 FROM y WHERE y < 2025),
d AS (SELECT (y - 1) || '-10-01' AS day FROM y),
o AS (SELECT grant_id, CASE WHEN COUNT(*) = COUNT(funded) THEN SUM(funded) / 10.0 END AS funded FROM officers_funded GROUP BY grant_id)
SELECT d.day, COUNT(g.id), SUM(g.federal_share) / 100.0, SUM(o.funded), SUM(g.id IS NOT NULL AND o.funded IS NULL)
FROM d LEFT JOIN grants g ON g.period_start <= d.day AND g.period_end >= d.day LEFT JOIN o ON o.grant_id = g.id
GROUP BY d.day ORDER BY d.day
