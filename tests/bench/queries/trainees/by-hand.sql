SELECT json_agg(json_build_object('state', state, 'year', year, 'role', role, 'count', count, 'hours', hours))::text
FROM (
  SELECT state, extract(year FROM completed_on)::int AS year, role, count(*) AS count, sum(hours) AS hours
  FROM trainees
  LEFT JOIN agencies ON agencies.id = agency_id
  GROUP BY 1, 2, 3
  ORDER BY 1, 2, 3
  LIMIT 200
) AS grouped
