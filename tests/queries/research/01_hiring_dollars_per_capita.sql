-- at: grants.groups.nodes
WITH priced AS (
  SELECT a.state, g.agency_id, a.population, g.fiscal_year / 10 * 10 AS decade,
    (g.federal_share * 2 * i24.cpi_u + i.cpi_u) / (2 * i.cpi_u) AS cents
  FROM grants g JOIN programs p ON p.id = g.program_id AND p.category = 'HIRING'
  LEFT JOIN agencies a ON a.id = g.agency_id
  LEFT JOIN price_index i ON i.year = g.fiscal_year
  CROSS JOIN price_index i24 WHERE i24.year = 2024
), served AS (
  SELECT state, decade, SUM(population) AS people FROM (
    SELECT DISTINCT state, decade, agency_id, population FROM priced WHERE cents IS NOT NULL AND population > 0
  ) GROUP BY state, decade
)
SELECT p.state, p.decade, SUM(cents) / 100.0,
  SUM(CASE WHEN p.population > 0 THEN cents END) / 100.0 / s.people
FROM priced p LEFT JOIN served s ON s.state IS p.state AND s.decade IS p.decade
GROUP BY p.state, p.decade ORDER BY p.state IS NULL, p.state, p.decade IS NULL, p.decade
