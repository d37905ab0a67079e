-- at: agencies.totals.grants.histogram
WITH RECURSIVE n AS (SELECT a.id, (SELECT COUNT(*) FROM grants g WHERE g.agency_id = a.id) AS awards FROM agencies a),
k(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM k WHERE k < (SELECT MAX(awards) FROM n))
SELECT k, k + 1, (SELECT COUNT(*) FROM n WHERE awards = k) FROM k
