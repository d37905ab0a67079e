-- at: grants.overlap
WITH f AS (SELECT DISTINCT g.agency_id, p.id, p.name FROM grants g JOIN programs p ON p.id = g.program_id WHERE g.agency_id IS NOT NULL)
SELECT a.name, b.name, COUNT(*) FROM f a JOIN f b ON b.agency_id = a.agency_id AND b.id >= a.id
GROUP BY a.id, b.id ORDER BY a.id, b.id
