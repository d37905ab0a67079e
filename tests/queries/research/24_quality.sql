-- at: trainingSessions.quality
SELECT 'code', COUNT(code), COUNT(*) - COUNT(code), COUNT(DISTINCT code), MIN(code), MAX(code) FROM training_sessions
UNION ALL SELECT 'startsOn', COUNT(starts_on), COUNT(*) - COUNT(starts_on), COUNT(DISTINCT starts_on), MIN(starts_on), MAX(starts_on) FROM training_sessions
UNION ALL SELECT 'endsOn', COUNT(ends_on), COUNT(*) - COUNT(ends_on), COUNT(DISTINCT ends_on), MIN(ends_on), MAX(ends_on) FROM training_sessions
UNION ALL SELECT 'state', COUNT(state), COUNT(*) - COUNT(state), COUNT(DISTINCT state), MIN(state), MAX(state) FROM training_sessions
UNION ALL SELECT 'modality', COUNT(modality), COUNT(*) - COUNT(modality), COUNT(DISTINCT modality), MIN(modality), MAX(modality) FROM training_sessions
