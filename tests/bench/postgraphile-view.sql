-- PostGraphile groups by the columns of one table, and by its own functions of them. What is grouped by a
-- column of another table is a view, which somebody has to make for it. This one stands in a schema of its own,
-- and does all of the grouping in the database.
CREATE SCHEMA bench;
CREATE VIEW bench.trainees_by_state_year_role AS
SELECT state, extract(year FROM completed_on)::int AS year, role, count(*) AS count, sum(hours) AS hours
FROM trainees
LEFT JOIN agencies ON agencies.id = agency_id
GROUP BY 1, 2, 3;
