-- The grammar of pg_cron's schedules: `parse_cron_entry` in src/entry.c and `TryParseInterval` in
-- src/job_metadata.c of pg_cron 1.6.5, oddities included.
create function standin.cron_number(word text, names text[], low integer)
returns integer
language sql
immutable
set search_path = ''
as $$
  -- C's atoi: saturates at 64 bits, then keeps the lower 32.
  select coalesce(
    array_position(names, lower(word)) - 1 + low,
    case when word ~ '^[0-9]+$'
         then (least(word::numeric, 9223372036854775807)::bigint << 32 >> 32)::integer end
  )
$$;
comment on function standin.cron_number is
  'Return the value of a number or name in a schedule; null when it is neither.';

create function standin.cron_range_is_valid(part text, low integer, high integer, names text[])
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
declare
  token constant text[] :=
    regexp_match(part, '^(\*|[A-Za-z0-9]+)(-?)([A-Za-z0-9]*)(/?)([A-Za-z0-9]*)');
  first integer := low;
  last integer := high;
  step integer := 1;
begin
  if token is null or (token[1] <> '*' and token[2] = '' and token[4] = '/') then
    return false;
  end if;
  if token[1] <> '*' then
    first := standin.cron_number(token[1], names, low);
    last := case token[2] when '-' then standin.cron_number(token[3], names, low) else first end;
  end if;
  -- After `*` only a step means something; whatever else follows is skipped.
  if token[4] = '/' and (token[1] <> '*' or token[2] || token[3] = '') then
    step := standin.cron_number(token[5], null, 0);
  end if;
  return coalesce(first between low and high and last between low and high
                  and step between 1 and high, false);
end
$$;
comment on function standin.cron_range_is_valid is
  'Tell whether a field''s part between commas is one that pg_cron accepts.';

create function standin.cron_field_is_valid(field text, low integer, high integer, names text[])
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
declare
  rest text := field;
begin
  loop
    if not standin.cron_range_is_valid(rest, low, high, names) then
      return false;
    end if;
    -- pg_cron looks for a comma right after the range and skips anything else up to a blank.
    rest := substring(rest from
      '^(?:\*(?:/[A-Za-z0-9]*)?|[A-Za-z0-9]+(?:-[A-Za-z0-9]*(?:/[A-Za-z0-9]*)?)?),(.*)$');
    exit when rest is null;
  end loop;
  return true;
end
$$;
comment on function standin.cron_field_is_valid is
  'Tell whether pg_cron accepts a field, which is a list of ranges.';

create function standin.cron_seconds(schedule text)
returns bigint
language sql
immutable
set search_path = ''
as $$
  -- scanf's %u: a sign is allowed, 64 bits wrap or saturate, the lower 32 are kept.
  select case when d[2]::numeric > 18446744073709551615 then 4294967295
              when d[1] = '-' then mod(18446744073709551616 - d[2]::numeric, 4294967296)
              else mod(d[2]::numeric, 4294967296) end
    from regexp_match(
           lower(schedule collate "C"),
           E'^[ \\t\\n\\v\\f\\r]*([+-]?)([0-9]+)[ \\t\\n\\v\\f\\r]*second(?:s[ \\t\\n\\v\\f\\r]*)?$'
         ) as d
$$;
comment on function standin.cron_seconds is
  'Return the seconds of a schedule such as ''30 seconds''; null for any other.';

create function standin.cron_entry_is_valid(schedule text)
returns boolean
language sql
immutable
set search_path = ''
as $$
  select case
    when octet_length(schedule) >= 1000 then false
    when line ~ '^@' then
      substring(line from E'^@([^ \t\n]*)') in ('reboot', 'restart', 'yearly', 'annually',
        'monthly', 'weekly', 'daily', 'midnight', 'hourly')
    else coalesce(
      standin.cron_field_is_valid(f[1], 0, 59, null)
      and standin.cron_field_is_valid(f[2], 0, 23, null)
      and (f[3] = '$' or standin.cron_field_is_valid(f[3], 1, 31, null))
      and standin.cron_field_is_valid(f[4], 1, 12,
        '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}')
      and standin.cron_field_is_valid(f[5], 0, 7, '{sun,mon,tue,wed,thu,fri,sat}'), false)
    end
    from regexp_replace(schedule, E'^(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*', '') as line
    left join lateral regexp_match(line,
      E'^([^ \t\n]+)[ \t]+([^ \t\n]+)[ \t]+([^ \t\n]+)[ \t]+([^ \t\n]+)[ \t]+([^ \t\n]+)'
    ) as f on true
$$;
comment on function standin.cron_entry_is_valid is
  'Tell whether pg_cron accepts a schedule of five fields or one that starts with @.';

create function standin.cron_require_schedule(schedule text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if not standin.cron_entry_is_valid(schedule)
     and (standin.cron_seconds(schedule) between 1 and 59) is not true then
    raise exception using errcode = 'invalid_parameter_value',
      message = 'invalid schedule: ' || schedule,
      hint = 'Use cron format (e.g. 5 4 * * *), or interval format ''[1-59] seconds''';
  end if;
end
$$;
comment on function standin.cron_require_schedule is
  'Fail as pg_cron does on a schedule that it cannot parse.';
