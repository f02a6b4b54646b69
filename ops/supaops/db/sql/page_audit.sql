-- What operators did and what was applied, newest first. A revision's id is negative, so that time
-- and id name one row. Each statement looks at so many rows at most, by audit_at_idx, or by
-- audit_target_idx where one target is asked for, and says where it stopped.

-- name: looked
-- The rows before a place, numbered; those that the filter asks for are marked.
  select l.*, row_number() over (order by l.at desc, l.id desc) as nth,
         (%(kind)s::text is null or starts_with(l.target, %(kind)s))
           and (%(actor)s::text is null or l.actor = %(actor)s)
           and (%(action)s::text is null or l.action = %(action)s)
           and (%(source)s::text is null or l.source = %(source)s)
           and (%(request)s::text is null or l.request_id = %(request)s)
           and (%(reason)s::text is null
                or position(lower(%(reason)s) in lower(l.reason)) > 0) as is_match
    from (
      (select a.id, a.at, a.actor, a.action, a.target, a.reason, a.source, a.request_id,
              null::text as git_sha
         from supaops.audit as a
        where isfinite(a.at)
          and (%(target)s::text is null or a.target = %(target)s)
          and (%(since)s::timestamptz is null or a.at >= %(since)s)
          and (%(until)s::timestamptz is null or a.at < %(until)s)
          and a.at <= %(before_at)s and (a.at, a.id) < (%(before_at)s, %(before_id)s)
        order by a.at desc, a.id desc
        limit %(window)s)
      union all
      (select -r.id, r.applied_at, r.applied_by, 'apply', 'revision:' || r.id, r.summary, null,
              null, r.git_sha
         from supaops.revision as r
        where (%(target)s::text is null or %(target)s = 'revision:' || r.id)
          and (%(since)s::timestamptz is null or r.applied_at >= %(since)s)
          and (%(until)s::timestamptz is null or r.applied_at < %(until)s)
          and (r.applied_at, -r.id) < (%(before_at)s, %(before_id)s)
        order by r.applied_at desc, r.id
        limit %(window)s)
      order by at desc, id desc
      limit %(window)s
    ) as l

-- name: lines :many
-- Rows that one request, or else one transaction, wrote for the same reason are one line while
-- nothing else stands between them. `ends` is where the looking stopped for lack of room; its line
-- is null when nothing there was asked for.
with looked as (
  {looked}
),
begun as (
  select m.*,
         lag((m.actor, m.action, m.source, m.reason, coalesce(m.request_id, m.at::text)))
           over (order by m.nth) is distinct from
           (m.actor, m.action, m.source, m.reason, coalesce(m.request_id, m.at::text)) as is_first
    from looked as m
   where m.is_match
),
counted as (
  select b.*, count(*) filter (where b.is_first) over (order by b.nth) as line from begun as b
)
select min(c.nth) as nth, count(*) as acts, max(c.at) as at,
       (array_agg(c.at order by c.nth desc))[1] as last_at,
       (array_agg(c.id order by c.nth desc))[1] as last_id,
       min(c.actor) as actor, min(c.action) as action, min(c.reason) as reason,
       min(c.source) as source, min(c.request_id) as request_id, min(c.git_sha) as git_sha,
       (array_agg(c.target order by c.nth))[1:%(shown)s] as targets,
       (array_agg(c.id order by c.nth))[1] as first_id
  from counted as c
 where c.line <= %(lines)s
 group by c.line
union all
select l.nth, 0, l.at, l.at, l.id, null, null, null, null, null, null, null, null
  from looked as l
 where l.nth = %(window)s
 order by nth, acts desc;

-- name: sides :many
select a.id, a.before, a.after from supaops.audit as a where a.id = any(%(ids)s);

-- name: rows :many
-- Returns what the filter asks for, and the last row looked at when there may be more.
with looked as (
  {looked}
)
select l.id, l.at, l.actor, l.action, l.target, l.reason, l.source, l.request_id, l.is_match,
       l.nth = %(window)s as is_last, s.before, s.after
  from looked as l
  left join lateral (
    select a.before, a.after from supaops.audit as a where a.id = l.id and l.is_match
  ) as s on true
 where l.is_match or l.nth = %(window)s
 order by l.nth;

-- name: choices :one
-- Returns who acted and what was done of late.
select coalesce(array_agg(distinct r.actor), array[]::text[]) as actors,
       coalesce(array_agg(distinct r.action), array[]::text[]) as actions
  from (select a.actor, a.action from supaops.audit as a order by a.id desc limit 2000) as r;
