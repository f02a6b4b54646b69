-- What the page of the queues reads beside counts, pauses and workers.

-- name: samples :many
-- Each queue's counts of the last hour, a sample a minute, oldest first. `ended` is what became more
-- of what has ended; where that count falls, a clean-up has been there.
select s.queue, array_agg(s.pending order by s.at) as pending,
       coalesce(sum(s.ended), 0)::bigint as ended,
       extract(epoch from max(s.at) - min(s.at))::float as span_s
  from (
    select o.queue, o.at, o.pending,
           greatest(o.succeeded + o.failed + o.cancelled
             - lag(o.succeeded + o.failed + o.cancelled) over (partition by o.queue order by o.at),
             0) as ended
      from supaops.sample as o where o.at > now() - interval '1 hour'
  ) as s
 group by s.queue;

-- name: limits :many
-- What is in force, which may not be what the YAML says by now.
select l.scope, l.name, l.concurrency, l.rate, extract(epoch from l.period)::float as period_s
  from supaops.limit as l;
