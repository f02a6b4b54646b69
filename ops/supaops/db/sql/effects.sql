-- name: add
select {function}({arguments}) as id

-- name: succeed
select {function}(job_id => %(job_id)s, lease_id => %(lease_id)s, result => %(result)s::jsonb) as accepted
