-- at: states.nodes
SELECT s.code, s.name, (SELECT COUNT(*) FROM agencies a WHERE a.state_id = s.id) FROM states s
WHERE s.id NOT IN (
  SELECT COALESCE(a.state_id, o.state_id, 0) FROM grants g JOIN programs p ON p.id = g.program_id AND p.code = 'AHTF'
  LEFT JOIN agencies a ON a.id = g.agency_id LEFT JOIN organizations o ON o.id = g.organization_id
) ORDER BY s.code
