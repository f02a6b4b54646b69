-- What is wrong with a secret is told here, so that no value travels.

-- name: values :many
-- Of each named secret what its value looks like; `reach`, `is_https` and `is_source_host` are of
-- a URL, and null for anything else. Each is decrypted once.
with secret as materialized (
  select s.name, s.updated_at, s.decrypted_secret as value
    from vault.decrypted_secrets as s
   where s.name = any(%(names)s)
), told as (
  select secret.*,
         lower(btrim(substring(
           secret.value from '^[Hh][Tt][Tt][Pp][Ss]?://(?:[^/?#]*@)?(\[[^]]*\]|[^/?#:]+)'),
           '[]')) as host
    from secret
)
select t.name,
       extract(epoch from now() - t.updated_at)::float as age_s,
       coalesce(t.value, '') = '' as is_empty,
       coalesce(t.value = %(paused)s, false) as is_paused,
       coalesce(btrim(t.value) ~* ('^(?:' || %(placeholder)s || ')$'), false) as is_placeholder,
       coalesce(t.value ~ '^eyJ[A-Za-z0-9_-]{10,}\.', false) as is_legacy_key,
       case when t.host is not null then t.value ~* '^https:' end as is_https,
       encode(sha256(%(salt)s::bytea || convert_to(t.host, 'utf8')), 'hex') = %(host)s
         as is_source_host,
       case
         when t.host ~ '^(localhost|.*\.localhost|127\.[0-9.]+|::1|0\.0\.0\.0)$' then 'loopback'
         when t.host ~ '^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2[0-9]|3[01])\.)[0-9.]+$'
           or t.host ~ '^(f[cd][0-9a-f]{2}|fe80):'
           or t.host ~ '\.(internal|local|lan|home\.arpa)$'
           or t.host !~ '[.:]' then 'private'
         when t.host is not null then 'public'
       end as reach
  from told as t;

-- name: rotations :many
-- Of each rotated secret the digests that are good now, and how long the rotation has been open.
select v.secret as name,
       coalesce(array_agg(v.digest) filter (
         where v.retires_at is null or v.retires_at > now()), '{}') as good,
       case when count(*) filter (where v.retires_at is null) > 1 then
         extract(epoch from now() - coalesce(max(c.created_at), max(v.known_since)))::float
       end as open_s
  from supaops.secret_value as v
  left join vault.secrets as c on c.name = v.secret || %(suffix)s
 group by v.secret;
