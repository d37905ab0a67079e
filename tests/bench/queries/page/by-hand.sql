SELECT json_agg(grant_row)::text
FROM (
  SELECT award_number AS "awardNumber", fiscal_year AS "fiscalYear", federal_share AS "federalShare", status
  FROM grants
  ORDER BY id
  LIMIT 100
) AS grant_row
