-- at: grants.groups.nodes
WITH of AS (
  SELECT g.id, a.county_id, a.id AS agency, a.population,
    (SELECT CASE WHEN COUNT(*) = COUNT(o.funded) THEN SUM(o.funded) END FROM officers_funded o WHERE o.grant_id = g.id) AS tenths
  FROM grants g JOIN agencies a ON a.id = g.agency_id WHERE a.county_id IS NOT NULL
), people AS (
  SELECT county_id, SUM(population) AS people FROM (
    SELECT DISTINCT county_id, agency, population FROM of WHERE tenths IS NOT NULL AND population > 0
  ) GROUP BY county_id
)
SELECT c.fips, c.name, SUM(tenths) / 10.0, COUNT(*) - COUNT(tenths),
  SUM(CASE WHEN of.population > 0 THEN tenths END) * 10000.0 / p.people AS rate
FROM of JOIN people p ON p.county_id = of.county_id JOIN counties c ON c.id = of.county_id
GROUP BY of.county_id ORDER BY rate DESC, of.county_id LIMIT 10
