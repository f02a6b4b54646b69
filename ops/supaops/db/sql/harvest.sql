-- name: responses
select supaops.harvest_responses();
