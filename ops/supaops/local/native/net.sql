-- pg_net with the grants that Supabase's event trigger gives.
create extension pg_net with schema extensions;

grant usage on schema net to postgres, anon, authenticated, service_role;
