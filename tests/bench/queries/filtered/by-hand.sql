SELECT json_build_object(
  'totalCount', (SELECT count(*) FROM grants WHERE fiscal_year >= 2015 AND federal_share > 25000000),
  'nodes', json_agg(json_build_object(
    'awardNumber', award_number,
    'federalShare', federal_share,
    'agency', CASE WHEN agencies.id IS NOT NULL THEN
      json_build_object('name', agencies.name, 'state', agencies.state)
    END
  ) ORDER BY federal_share DESC, award.id DESC)
)::text
FROM (
  SELECT id, award_number, federal_share, agency_id
  FROM grants
  WHERE fiscal_year >= 2015 AND federal_share > 25000000
  ORDER BY federal_share DESC, id DESC
  LIMIT 20
) AS award
LEFT JOIN agencies ON agencies.id = agency_id
