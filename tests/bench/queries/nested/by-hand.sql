SELECT json_agg(json_build_object('name', name, 'grants', coalesce(grants, '[]')) ORDER BY id)::text
FROM (SELECT id, name FROM agencies WHERE state = 'CA' ORDER BY id LIMIT 50) AS agency
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_object(
    'awardNumber', award_number,
    'federalShare', federal_share,
    'program', (SELECT code FROM programs WHERE id = program_id),
    'officersFunded', coalesce(officers, '[]')
  ) ORDER BY award.id) AS grants
  FROM (
    SELECT id, award_number, federal_share, program_id
    FROM grants
    WHERE agency_id = agency.id
    ORDER BY id
    LIMIT 10
  ) AS award
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('kind', kind, 'funded', funded) ORDER BY id) AS officers
    FROM officers_funded
    WHERE grant_id = award.id
  ) AS of_grant ON true
) AS of_agency ON true
