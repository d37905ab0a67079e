SELECT json_agg(json_build_object('fiscalYear', fiscal_year, 'count', count, 'sum', sum, 'avg', avg))::text
FROM (
  SELECT fiscal_year, count(*) AS count, sum(federal_share) AS sum, avg(federal_share) AS avg
  FROM grants
  GROUP BY fiscal_year
  ORDER BY fiscal_year
) AS grouped
