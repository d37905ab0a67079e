-- at: agencies.nodes
-- The haversine by its series, which is exact to 12 digits this near: SQLite has no sines here. The numbers are the radians of
-- a degree, and the cosine and the sine of 42 degrees. Nor are there roots: the meters are those whose square is the nearest.
WITH RECURSIVE meters(m) AS (SELECT 0 UNION ALL SELECT m + 1 FROM meters WHERE m < 50000),
near AS (
  SELECT id, ori9, (latitude - 42) * 0.017453292519943295 AS x, (longitude + 72) * 0.017453292519943295 AS y
  FROM agencies WHERE ABS(latitude - 42) < 1 AND ABS(longitude + 72) < 1
), sines AS (
  SELECT id, ori9, x*x/4 - x*x*x*x/48 + x*x*x*x*x*x/1440 AS north, y*y/4 - y*y*y*y/48 + y*y*y*y*y*y/1440 AS east,
    0.7431448254773942 * (1 - x*x/2 + x*x*x*x/24 - x*x*x*x*x*x/720)
      - 0.6691306063588582 * (x - x*x*x/6 + x*x*x*x*x/120) AS cosine
  FROM near
), h AS (SELECT id, ori9, north + 0.7431448254773942 * cosine * east AS h FROM sines),
d AS (SELECT id, ori9, 4 * 6371.0088 * 6371.0088 * (h + h*h/3 + 8*h*h*h/45 + 4*h*h*h*h/35) AS distance_squared FROM h)
SELECT d.ori9, (SELECT m / 1000.0 FROM meters WHERE (m - 0.5) * (m - 0.5) <= distance_squared * 1e6 AND distance_squared * 1e6 < (m + 0.5) * (m + 0.5)),
  COUNT(g.id),
  CASE WHEN COUNT(g.federal_share) > 0 THEN SUM(g.federal_share) / 100.0 END, COUNT(g.id) - COUNT(g.federal_share)
FROM d LEFT JOIN grants g ON g.agency_id = d.id WHERE distance_squared <= 2500 GROUP BY d.id ORDER BY distance_squared, d.id
