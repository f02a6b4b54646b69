-- What pg_net asks libcurl to do with URLs, as libcurl 8.14 does it.
-- Left out: IPv4 addresses in other forms than four decimal numbers, escapes in host names.

create function standin.net_urlencode(value text)
returns text
language sql
immutable
strict
set search_path = ''
as $$
  select coalesce(string_agg(
           case when chr(get_byte(bytes, i)) ~ '[A-Za-z0-9._~-]' and get_byte(bytes, i) < 128
                then chr(get_byte(bytes, i))
                else '%' || upper(lpad(to_hex(get_byte(bytes, i)), 2, '0')) end, '' order by i), '')
    from convert_to(value, 'utf8') as bytes,
         generate_series(0, length(bytes) - 1) as i
$$;
comment on function standin.net_urlencode is 'Escape all but letters, digits and ._~- of a text.';

create function standin.net_lower_escapes(query text)
returns text
language sql
immutable
set search_path = ''
as $$
  select string_agg(
           case when i > 1 and piece ~ '^[0-9A-Fa-f]{2}'
                then lower(left(piece, 2)) || substr(piece, 3) else piece end, '%' order by i)
    from regexp_split_to_table(query, '%') with ordinality as p (piece, i)
$$;
comment on function standin.net_lower_escapes is
  'Return a query whose escapes are in lower case, as libcurl writes those that it appends.';

create function standin.net_invalid_url(url text, problem text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  raise exception using errcode = 'internal_error',
    message = format('invalid URL "%s": %s', url, problem);
end
$$;
comment on function standin.net_invalid_url is 'Fail as pg_net does on a URL.';

create function standin.net_scheme(url text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  scheme constant text := lower(substring(url from '^([A-Za-z][A-Za-z0-9+.-]{0,39}):'));
begin
  if url = '' or url ~ E'[\\x01-\\x20\\x7f]' then
    perform standin.net_invalid_url(url, 'Malformed input to a URL function');
  elsif scheme is null then
    perform standin.net_invalid_url(url, 'Bad scheme');
  elsif scheme !~ ('^(?:https?|wss?|ftps?|sftp|scp|tftp|file|dict|telnet|rtsp|mqtt'
                   '|gophers?|imaps?|pop3s?|smtps?|ldaps?|smbs?|rtmp(?:[et]|s|te|ts)?)$') then
    perform standin.net_invalid_url(url, 'Unsupported URL scheme');
  end if;
  return scheme;
end
$$;
comment on function standin.net_scheme is
  'Return the scheme of a URL; fail on one that libcurl does not know, used or not.';

create function standin.net_authority(url text, authority text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  login constant text := coalesce(substring(authority from '^([^@]*@)'), '');
  part constant text[] :=
    regexp_match(substr(authority, length(login) + 1), '^(\[[^]]*\]?|[^:]*)(:?)(.*)$');
begin
  if part[1] ~ '^\[' and part[1] !~ '^\[[0-9A-Fa-f:.]+(?:%[^]]*)?\]$' then
    perform standin.net_invalid_url(url, 'Bad IPv6 address');
  elsif (part[2] = '' and part[3] <> '') or part[3] !~ '^[0-9]*$'
        or coalesce(nullif(part[3], '')::numeric, 0) > 65535 then
    perform standin.net_invalid_url(
      url, 'Port number was not a decimal number between 0 and 65535');
  elsif part[1] = '' then
    perform standin.net_invalid_url(url, 'No host part in the URL');
  elsif part[1] !~ '^\[' and part[1] ~ '[][ /:#?!@{}\\$''"^`*<>=;,+&()%]' then
    perform standin.net_invalid_url(url, 'Bad hostname');
  end if;
  return login || part[1] || coalesce(':' || nullif(part[3], '')::integer, '');
end
$$;
comment on function standin.net_authority is
  'Return login, host and port as libcurl writes them; fail on what it refuses.';

create function standin.net_path(path text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  kept text[] := '{}';
  segment text;
begin
  foreach segment in array regexp_split_to_array(substr(path, 2), '/') loop
    case regexp_replace(segment, '%2e', '.', 'gi')
      when '.' then null;
      when '..' then kept := trim_array(kept, least(1, cardinality(kept)));
      else kept := kept || segment;
    end case;
  end loop;
  return '/' || array_to_string(kept, '/')
    || case when kept <> '{}' and path ~* '/(?:\.|%2e){1,2}$' then '/' else '' end;
end
$$;
comment on function standin.net_path is 'Return a path without its . and .. segments.';

create function standin.net_append(query text, param text)
returns text
language sql
immutable
set search_path = ''
as $$
  select case when query = '' or right(query, 1) = '&' then query else query || '&' end
         || standin.net_lower_escapes(param)
$$;
comment on function standin.net_append is 'Return a query with one more parameter.';

create function standin.net_encode_url(url text, params text[])
returns text
language plpgsql
immutable
strict
set search_path = ''
as $$
declare
  scheme constant text := standin.net_scheme(url);
  part constant text[] := regexp_match(
    substr(url, length(scheme) + 2), '^(/*)([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?$');
  query text := coalesce(part[4], '');
  param text;
begin
  if scheme = 'file' then
    return url;
  end if;
  if length(part[1]) not between 1 and 3 then
    perform standin.net_invalid_url(url, 'Unsupported number of slashes following scheme');
  end if;
  foreach param in array params loop
    query := case when param is null then query else standin.net_append(query, param) end;
  end loop;
  return scheme || '://' || standin.net_authority(url, part[2]) || standin.net_path(part[3])
    || coalesce('?' || nullif(query, ''), '') || coalesce('#' || nullif(part[5], ''), '');
end
$$;
comment on function standin.net_encode_url is
  'Return a URL with parameters appended, as libcurl writes it; fail on what it refuses.';
