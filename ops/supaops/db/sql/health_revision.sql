-- name: newest :one
select r.tool_version
  from supaops.revision as r
 order by r.id desc
 limit 1;
