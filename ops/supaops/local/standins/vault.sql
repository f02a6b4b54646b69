-- Supabase Vault 0.3.1 for servers that lack it.
-- Names, signatures, defaults and error texts: supabase_vault 0.3.1, sql/ and src/pgsodium.c.
-- Grants: Supabase's script after `create extension supabase_vault`.
--
-- The root key lives in a file beside the database that only the server's account can read. The
-- cipher is AES-256 in CBC mode whose start vector is the HMAC-SHA256 of everything that must not
-- change (an SIV construction, as deterministic as the real XChaCha20-SIV).
-- The functions are declared immutable because the real ones are; none of them is.
create schema vault;
comment on schema vault is 'Stand-in for Supabase Vault.';

-- `from current` pins the path that the server was started with: a session cannot point it
-- at another file.
create function standin.vault_root_key()
returns bytea
language sql
stable
security definer
set search_path = ''
set supaops.vault_key_file from current
as $$
  select decode(rtrim(pg_read_file(current_setting('supaops.vault_key_file')), E'\n'), 'hex')
$$;
revoke all on function standin.vault_root_key from public;
comment on function standin.vault_root_key is 'Return Vault''s root key.';

create function standin.vault_derive(purpose text, key_id bigint, context bytea)
returns bytea
language plpgsql
stable
set search_path = ''
as $$
begin
  if length(context) <> 8 then
    raise exception using errcode = 'data_exception', message =
      'pgsodium_derive_helper: crypto_kdf_derive_from_key: context must be 8 bytes';
  end if;
  return extensions.hmac(
    convert_to(purpose, 'utf8') || int8send(key_id) || context,
    standin.vault_root_key(), 'sha256');
end
$$;
revoke all on function standin.vault_derive from public;
comment on function standin.vault_derive is 'Return the subkey for a purpose, key id and context.';

create function standin.vault_tag(
  message bytea,
  additional bytea,
  key_id bigint,
  context bytea,
  nonce bytea
)
returns bytea
language sql
stable
set search_path = ''
as $$
  -- Lengths first, so that no two different inputs concatenate to the same bytes.
  select extensions.hmac(
    int4send(coalesce(length(additional), -1)) || int4send(coalesce(length(nonce), -1))
      || coalesce(additional, '') || coalesce(nonce, '') || message,
    standin.vault_derive('tag', key_id, context), 'sha256')
$$;
revoke all on function standin.vault_tag from public;
comment on function standin.vault_tag is 'Return the 32 bytes that authenticate a message.';

create function standin.vault_require(fault boolean, caller text, problem text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if fault then
    raise exception using errcode = 'data_exception',
      message = format('pgsodium_crypto_aead_det_%s_by_id: %s', caller, problem);
  end if;
end
$$;
comment on function standin.vault_require is 'Fail as Vault does when there is a fault.';

create function vault._crypto_aead_det_encrypt(
  message bytea,
  additional bytea,
  key_id bigint,
  context bytea default 'pgsodium',
  nonce bytea default null
)
returns bytea
language plpgsql
immutable
security definer
set search_path = ''
as $$
declare
  tag bytea;
begin
  perform standin.vault_require(message is null, 'encrypt', 'message cannot be NULL');
  perform standin.vault_require(key_id is null, 'encrypt', 'key id cannot be NULL');
  perform standin.vault_require(context is null, 'encrypt', 'key context cannot be NULL');
  perform standin.vault_require(length(nonce) <> 16, 'encrypt', 'invalid nonce');
  tag := standin.vault_tag(message, additional, key_id, context, nonce);
  return tag || extensions.encrypt_iv(
    message, standin.vault_derive('cipher', key_id, context), substring(tag, 1, 16), 'aes-cbc');
end
$$;
comment on function vault._crypto_aead_det_encrypt is 'Encrypt and authenticate a message.';

create function vault._crypto_aead_det_decrypt(
  message bytea,
  additional bytea,
  key_id bigint,
  context bytea default 'pgsodium',
  nonce bytea default null
)
returns bytea
language plpgsql
immutable
security definer
set search_path = ''
as $$
declare
  tag constant bytea := substring(message, 1, 32);
  plain bytea;
begin
  perform standin.vault_require(message is null, 'decrypt', 'message cannot be NULL');
  perform standin.vault_require(key_id is null, 'decrypt', 'key id cannot be NULL');
  perform standin.vault_require(context is null, 'decrypt', 'key context cannot be NULL');
  perform standin.vault_require(length(nonce) <> 16, 'decrypt', 'invalid nonce');
  perform standin.vault_require(length(message) < 32, 'decrypt', 'invalid message');
  plain := standin.vault_decipher(
    substring(message, 33), standin.vault_derive('cipher', key_id, context), substring(tag, 1, 16));
  perform standin.vault_require(
    standin.vault_tag(plain, additional, key_id, context, nonce) is distinct from tag,
    'decrypt', 'invalid ciphertext');
  return plain;
end
$$;
comment on function vault._crypto_aead_det_decrypt is
  'Decrypt a message; fail when it, its key, its nonce or the additional data was changed.';

create function standin.vault_decipher(cipher bytea, key bytea, vector bytea)
returns bytea
language plpgsql
stable
set search_path = ''
as $$
begin
  return extensions.decrypt_iv(cipher, key, vector, 'aes-cbc');
exception when others then
  return null; -- Wrong padding tells as much as a wrong tag: not ours.
end
$$;
revoke all on function standin.vault_decipher from public;
comment on function standin.vault_decipher is 'Return the plain bytes, or null for a wrong padding.';

create function vault._crypto_aead_det_noncegen()
returns bytea
language sql
immutable
set search_path = ''
as $$
  select extensions.gen_random_bytes(16)
$$;
comment on function vault._crypto_aead_det_noncegen is 'Return a new nonce.';

create table vault.secrets (
  id uuid primary key default gen_random_uuid(),
  name text,
  description text not null default '',
  secret text not null,
  key_id uuid,
  nonce bytea default vault._crypto_aead_det_noncegen(),
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null default current_timestamp
);
create unique index secrets_name_idx on vault.secrets (name) where name is not null;
comment on table vault.secrets is
  'Table with encrypted `secret` column for storing sensitive information on disk.';

create function standin.vault_seal(secret text, id uuid, nonce bytea)
returns text
language sql
stable
set search_path = ''
as $$
  select encode(vault._crypto_aead_det_encrypt(
    message := convert_to(secret, 'utf8'), additional := convert_to(id::text, 'utf8'),
    key_id := 0, nonce := nonce), 'base64')
$$;
revoke all on function standin.vault_seal from public;
comment on function standin.vault_seal is 'Return what the column secret holds for a value.';

create view vault.decrypted_secrets as
  select s.id,
         s.name,
         s.description,
         s.secret,
         convert_from(vault._crypto_aead_det_decrypt(
           message := decode(s.secret, 'base64'), additional := convert_to(s.id::text, 'utf8'),
           key_id := 0, nonce := s.nonce), 'utf8') as decrypted_secret,
         s.key_id,
         s.nonce,
         s.created_at,
         s.updated_at
    from vault.secrets as s;
comment on view vault.decrypted_secrets is 'Each secret and its value.';

create function vault.create_secret(
  new_secret text,
  new_name text default null,
  new_description text default '',
  new_key_id uuid default null
)
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  new_id constant uuid := gen_random_uuid();
  new_nonce constant bytea := extensions.gen_random_bytes(16);
begin
  insert into vault.secrets (id, nonce, secret, name, description)
  values (new_id, new_nonce,
          case when new_secret is not null
               then standin.vault_seal(new_secret, new_id, new_nonce) end,
          new_name, new_description);
  return new_id;
end
$$;
comment on function vault.create_secret is 'Encrypt and store a secret; new_key_id is unused.';

create function vault.update_secret(
  secret_id uuid,
  new_secret text default null,
  new_name text default null,
  new_description text default null,
  new_key_id uuid default null
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- The real one reads the old value first, and so fails when the root key was changed.
  perform d.decrypted_secret from vault.decrypted_secrets as d where d.id = secret_id;
  update vault.secrets as s
     set secret = case when new_secret is null then s.secret
                       else standin.vault_seal(new_secret, s.id, s.nonce) end,
         name = coalesce(new_name, s.name),
         description = coalesce(new_description, s.description),
         updated_at = now()
   where s.id = secret_id;
end
$$;
comment on function vault.update_secret is 'Change what is given of a secret; new_key_id is unused.';

revoke all on all functions in schema vault from public;
grant usage on schema vault to postgres with grant option;
grant select, delete, truncate, references on vault.secrets, vault.decrypted_secrets
  to postgres with grant option;
grant execute on function vault.create_secret, vault.update_secret, vault._crypto_aead_det_decrypt
  to postgres with grant option;
grant usage on schema vault to service_role;
grant select, delete on vault.secrets, vault.decrypted_secrets to service_role;
grant execute on function vault.create_secret, vault.update_secret, vault._crypto_aead_det_decrypt
  to service_role;

select standin.register('supabase_vault', '0.3.1', 'vault', 'vault');
