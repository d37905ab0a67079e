SELECT json_build_object('name', name, 'state', state, 'population', population)::text
FROM agencies
WHERE id = $1
