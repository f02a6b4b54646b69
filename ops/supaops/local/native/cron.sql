-- pg_cron with the grants that Supabase's after-create script gives, and without
-- the right to create triggers on the history, which Supabase takes back.
create extension pg_cron with schema pg_catalog;

grant usage on schema cron to postgres with grant option;
grant all on all functions in schema cron to postgres with grant option;
alter default privileges for role supabase_admin in schema cron
  grant all on sequences to postgres with grant option;
alter default privileges for role supabase_admin in schema cron
  grant all on tables to postgres with grant option;
alter default privileges for role supabase_admin in schema cron
  grant all on functions to postgres with grant option;
grant all privileges on all tables in schema cron to postgres with grant option;
revoke all on table cron.job from postgres;
grant select on table cron.job to postgres with grant option;
revoke trigger on cron.job_run_details from postgres;
