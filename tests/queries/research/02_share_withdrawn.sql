-- at: grants.groups.nodes
SELECT p.code, COUNT(*), 1.0 * SUM(g.status IS 'WITHDRAWN') / COUNT(*) AS share
FROM grants g LEFT JOIN programs p ON p.id = g.program_id
GROUP BY p.id ORDER BY share DESC, p.id IS NULL, p.id
