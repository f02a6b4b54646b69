-- What tells that something has changed, for pages that follow the queue.

-- name: stamp :one
-- It differs once jobs were added, claimed, have ended, were retried or cancelled, and once somebody
-- paused, resumed, applied or acted, a tick posted or a cron job ran. Edits that change no status,
-- and ends of cron runs, are not seen.
-- Cost: ends of sequences and of primary keys, and the changes of the counts that are not summed up
-- yet, a thousand or so: those of a chain that stands still are cut off, and the size tells the rest.
select pg_catalog.md5(pg_catalog.concat_ws(' ',
         pg_catalog.pg_sequence_last_value(
           pg_catalog.pg_get_serial_sequence({table_name}, 'id')::regclass),
         pg_catalog.pg_sequence_last_value(
           pg_catalog.pg_get_serial_sequence('supaops.lease', 'id')::regclass),
         pg_catalog.pg_sequence_last_value(
           pg_catalog.pg_get_serial_sequence('supaops.audit', 'id')::regclass),
         pg_catalog.pg_sequence_last_value(pg_catalog.to_regclass('cron.runid_seq')),
         (select d.id from supaops.dispatch as d order by d.id desc limit 1),
         (select r.id from supaops.revision as r order by r.id desc limit 1),
         (select a.finished_at from supaops.attempt as a order by a.finished_at desc limit 1),
         (select s.at from supaops.sample as s order by s.at desc limit 1),
         (select (pg_catalog.count(*), pg_catalog.max(p.paused_at), pg_catalog.max(p.until))
            from supaops.pause as p),
         pg_catalog.pg_relation_size('supaops.tally'),
         (select (pg_catalog.sum(t.pending), pg_catalog.sum(t.running), pg_catalog.sum(t.succeeded),
                  pg_catalog.sum(t.failed), pg_catalog.sum(t.cancelled))
            from (select * from supaops.tally limit 5000) as t))) as stamp;
