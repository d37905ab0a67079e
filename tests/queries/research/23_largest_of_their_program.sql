-- at: grants.nodes
WITH v AS (
  SELECT g.id, g.award_number, g.program_id, g.federal_share AS s, COUNT(*) OVER p AS n,
    ROW_NUMBER() OVER (PARTITION BY g.program_id ORDER BY g.federal_share) - 1 AS place
  FROM grants g WHERE g.federal_share IS NOT NULL WINDOW p AS (PARTITION BY g.program_id)
), t AS (
  SELECT program_id, MAX(CASE WHEN place = 99 * (n - 1) / 100 THEN s END) AS low,
    MAX(CASE WHEN place = MIN(n - 1, 99 * (n - 1) / 100 + 1) THEN s END) AS high, MAX(99 * (n - 1) % 100) AS rest
  FROM v GROUP BY program_id
)
SELECT v.award_number, v.s / 100.0, p.code FROM v JOIN t ON t.program_id IS v.program_id LEFT JOIN programs p ON p.id = v.program_id
WHERE 100 * v.s > 100 * t.low + (t.high - t.low) * t.rest ORDER BY v.id
