-- Revisions, and what they made of each resource.

-- name: revisions :many
select id, applied_at, environment, applied_by, git_sha, tool_version, summary
  from supaops.revision
 order by id desc
 limit %(limit)s;

-- name: revision :one
select id, applied_at, environment, applied_by, git_sha, tool_version, summary, plan
  from supaops.revision
 where id = %(id)s;

-- name: bounds :one
-- Returns which revisions can be brought back.
select i.history_since,
       (select max(r.id) from supaops.revision as r) as newest,
       (select max(r.id) from supaops.revision as r
         where r.id < (select max(n.id) from supaops.revision as n)) as previous
  from supaops.installation as i;

-- name: versions_at :many
-- Returns every resource as it was right after a revision; deleted ones are left out.
select v.address, v.kind, v.definition
  from (select distinct on (address) address, kind, definition
          from supaops.resource_version
         where revision_id <= %(id)s
         order by address, revision_id desc) as v
 where v.definition is not null;

-- name: record_versions
insert into supaops.resource_version (address, revision_id, kind, definition)
values (%(address)s, %(revision_id)s, %(kind)s, %(definition)s);

-- name: record_all_versions
-- As `record_versions`, of many resources at once: a list per column.
insert into supaops.resource_version (address, revision_id, kind, definition)
select r.address, %(revision_id)s, r.kind, r.definition
  from unnest(%(address)s::text[], %(kind)s::text[], %(definition)s::text[])
    as r (address, kind, definition);

-- name: is_installed :one
select to_regclass('supaops.resource_version') is not null as is_installed;
