-- The rotation of a secret. No value is a parameter or a result of anything here.

-- name: keep_copy
-- The old value stays in Vault under another name until the new one has proved itself.
select vault.create_secret(
         new_secret := s.decrypted_secret, new_name := %(copy)s,
         new_description := 'The former value, kept by supaops rotate until the new one has worked.')
  from vault.decrypted_secrets as s
 where s.name = %(name)s
   and not exists (select from vault.secrets as c where c.name = %(copy)s);

-- name: under_way :one
-- Two values are good without an end, and the old one is at hand.
select exists (select from vault.secrets as s where s.name = %(copy)s)
       and count(*) > 1 as is_under_way
  from supaops.secret_value as v
 where v.secret = %(name)s and v.retires_at is null;

-- name: former_until :one
select max(v.retires_at) as until
  from supaops.secret_value as v
 where v.secret = %(name)s and v.retires_at > clock_timestamp()
   and exists (select from vault.secrets as s where s.name = %(copy)s);

-- name: restore_copy
select vault.update_secret(
         secret_id := s.id, new_secret := c.decrypted_secret, new_name := s.name,
         new_description := s.description)
  from vault.secrets as s, vault.decrypted_secrets as c
 where s.name = %(name)s and c.name = %(copy)s;

-- name: drop_copy
delete from vault.secrets where name = %(copy)s;

-- name: accept
-- Good from now on, whatever it was before.
insert into supaops.secret_value (secret, digest)
select %(name)s, d.digest from unnest(%(digests)s::text[]) as d (digest)
    on conflict (secret, digest) do update set retires_at = null;

-- name: retire
update supaops.secret_value
   set retires_at = clock_timestamp() + %(after)s
 where secret = %(name)s and digest <> %(kept)s and retires_at is null;

-- name: withdraw
-- Unknown again, and not retired: a worker may be deployed with it before the next try.
delete from supaops.secret_value where secret = %(name)s and digest = %(digest)s;

-- name: known
select salt, digest, is_retired from {function}(secret => %(secret)s)

-- name: call
select supaops.post_to_worker('{"limit": 1}') as request_id;

-- name: answer :one
-- pg_net forgets its answers, the ledger does not. An answer bears the time at which pg_net began
-- to look for requests, a moment before this one perhaps.
select coalesce(r.status_code, d.status_code) as status_code,
       coalesce(r.error_msg, d.error_msg) as error
  from supaops.dispatch as d
  left join net._http_response as r on r.id = d.request_id and r.created + interval '1 second' >= d.created_at
 where d.request_id = %(request_id)s and (r.id is not null or d.responded_at is not null)
 order by d.id desc
 limit 1;
