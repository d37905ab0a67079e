-- at: grantChanges.nodes
-- `earlier` is the database as it was at revision 2.
SELECT b.award_number, b.federal_share / 100.0, b.status, a.award_number, a.federal_share / 100.0, a.status
FROM grants a JOIN earlier.grants b ON b.id = a.id
WHERE a.federal_share IS NOT b.federal_share OR a.status IS NOT b.status
ORDER BY a.id
