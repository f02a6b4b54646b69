-- name: chain :one
-- One row of facts about the chain; each is null or zero where there is nothing to see.
-- The scheduler shows under one name as a background worker and under another as a client.
select exists (
         select from pg_catalog.pg_stat_activity as a
          where a.backend_type like 'pg_cron%%' or a.application_name like 'pg_cron%%'
       ) as scheduler_alive,
       array(
         select j.jobname from cron.job as j
          where j.username = pg_catalog.pg_get_userbyid((
                  select nspowner from pg_catalog.pg_namespace where nspname = 'supaops'))
            and j.active and j.jobname = any(%(active_jobs)s)
       ) as running_jobs,
       (select count(*) from net.http_request_queue) as net_backlog,
       last.created_at as posted_at,
       coalesce(response.status_code, last.status_code) as status_code,
       coalesce(response.error_msg, last.error_msg) as error,
       extract(epoch from now() - last.created_at)::float as posted_age_s,
       (select extract(epoch from now() - max(idle.created_at))::float
          from supaops.dispatch as idle
         where idle.request_id is null and idle.error_msg is null) as idle_age_s
  from (select) as always
  left join lateral (
    select * from supaops.dispatch where responded_at is not null
       or request_id in (select id from net._http_response)
     order by id desc limit 1) as last on true
  left join net._http_response as response on response.id = last.request_id;
