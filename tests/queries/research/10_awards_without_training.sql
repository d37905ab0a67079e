-- at: agencies.totals
SELECT SUM(has_grants AND NOT has_trainees), SUM(has_trainees AND NOT has_grants) FROM (
  SELECT EXISTS (SELECT 1 FROM grants g WHERE g.agency_id = agencies.id) AS has_grants, EXISTS (SELECT 1 FROM trainees t WHERE t.agency_id = agencies.id) AS has_trainees FROM agencies
)
