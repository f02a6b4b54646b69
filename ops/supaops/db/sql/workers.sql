-- Which workers are there, by their own reports.

-- name: installed :one
select to_regclass('supaops.worker') is not null as is_installed;

-- name: of_late :many
-- Of what a worker tells of itself only a short text is read.
select w.name, w.handlers, left(w.about ->> 'version', 40) as version,
       extract(epoch from clock_timestamp() - w.seen_at)::float as age_s
  from supaops.worker as w
 where w.seen_at > now() - interval '5 minutes'
 order by w.name;
