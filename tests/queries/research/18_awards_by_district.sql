-- at: grants.groups.nodes
SELECT d.code, COUNT(*), SUM(g.federal_share) / 100.0, COUNT(*) - COUNT(g.federal_share)
FROM grants g LEFT JOIN congressional_districts d ON d.id = g.district_id
GROUP BY g.district_id ORDER BY SUM(g.federal_share) IS NULL, SUM(g.federal_share) DESC, g.district_id IS NULL, g.district_id LIMIT 20
