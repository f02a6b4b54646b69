-- task_type.game_platform_sync  (queue.task_types.game_platform_sync)
insert into supaops.task_type (name, queue, max_attempts, timeout, description, payload_schema)
values ('game_platform_sync', 'default', 5, make_interval(secs => 30.0), 'Copies the upstream game catalogue into our tables.', '{"additionalProperties": false, "properties": {"dryRun": {"type": "boolean"}}, "type": "object"}'::jsonb);

-- task_type.supaops_smoke  (queue.task_types.supaops_smoke)
insert into supaops.task_type (name, queue, max_attempts, timeout, description, payload_schema)
values ('supaops_smoke', 'default', 1, make_interval(secs => 30.0), 'Sent by `supaops smoke`.', null);

-- grant.public.job_queue  (grants/public_table.sql.j2)
revoke all on table public.job_queue from public, anon, authenticated, service_role cascade;
grant select, insert, update, delete on table public.job_queue to service_role;
revoke all on sequence public.job_queue_id_seq from public, anon, authenticated, service_role cascade;

-- grant.public.job_queue_attempts  (grants/public_function.sql.j2)
revoke all on function public.job_queue_attempts(bigint) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_attempts(bigint) to service_role;

-- grant.public.job_queue_backlog  (grants/public_function.sql.j2)
revoke all on function public.job_queue_backlog(text[], integer) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_backlog(text[], integer) to service_role;

-- grant.public.job_queue_cancel  (grants/public_function.sql.j2)
revoke all on function public.job_queue_cancel(bigint[]) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_cancel(bigint[]) to service_role;

-- grant.public.job_queue_claim  (grants/public_function.sql.j2)
revoke all on function public.job_queue_claim(integer, text, text[], interval) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_claim(integer, text, text[], interval) to service_role;

-- grant.public.job_queue_cleanup  (grants/public_function.sql.j2)
revoke all on function public.job_queue_cleanup(interval) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_cleanup(interval) to service_role;

-- grant.public.job_queue_confirm  (grants/public_function.sql.j2)
revoke all on function public.job_queue_confirm(bigint, text) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_confirm(bigint, text) to service_role;

-- grant.public.job_queue_cron_history  (grants/public_view.sql.j2)
revoke all on table public.job_queue_cron_history from public, anon, authenticated, service_role cascade;
grant select on table public.job_queue_cron_history to service_role;

-- grant.public.job_queue_dispatch_history  (grants/public_view.sql.j2)
revoke all on table public.job_queue_dispatch_history from public, anon, authenticated, service_role cascade;
grant select on table public.job_queue_dispatch_history to service_role;

-- grant.public.job_queue_enqueue  (grants/public_function.sql.j2)
revoke all on function public.job_queue_enqueue(text, jsonb, timestamptz, text, integer, integer, text, text, text) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_enqueue(text, jsonb, timestamptz, text, integer, integer, text, text, text) to service_role;

-- grant.public.job_queue_enqueue_many  (grants/public_function.sql.j2)
revoke all on function public.job_queue_enqueue_many(jsonb) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_enqueue_many(jsonb) to service_role;

-- grant.public.job_queue_exchange  (grants/public_function.sql.j2)
revoke all on function public.job_queue_exchange(jsonb, jsonb, integer, text, text[], interval) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_exchange(jsonb, jsonb, integer, text, text[], interval) to service_role;

-- grant.public.job_queue_forget_worker  (grants/public_function.sql.j2)
revoke all on function public.job_queue_forget_worker(text) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_forget_worker(text) to service_role;

-- grant.public.job_queue_give_back  (grants/public_function.sql.j2)
revoke all on function public.job_queue_give_back(bigint, bigint[]) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_give_back(bigint, bigint[]) to service_role;

-- grant.public.job_queue_heartbeat  (grants/public_function.sql.j2)
revoke all on function public.job_queue_heartbeat(bigint, interval) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_heartbeat(bigint, interval) to service_role;

-- grant.public.job_queue_known_secrets  (grants/public_function.sql.j2)
revoke all on function public.job_queue_known_secrets(text) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_known_secrets(text) to service_role;

-- grant.public.job_queue_limits  (grants/public_function.sql.j2)
revoke all on function public.job_queue_limits() from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_limits() to service_role;

-- grant.public.job_queue_maintain  (grants/public_function.sql.j2)
revoke all on function public.job_queue_maintain() from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_maintain() to service_role;

-- grant.public.job_queue_mark_failed  (grants/public_function.sql.j2)
revoke all on function public.job_queue_mark_failed(bigint, text, bigint, interval, boolean) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_mark_failed(bigint, text, bigint, interval, boolean) to service_role;

-- grant.public.job_queue_mark_failed_many  (grants/public_function.sql.j2)
revoke all on function public.job_queue_mark_failed_many(bigint[], text[], bigint[], interval[], boolean[]) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_mark_failed_many(bigint[], text[], bigint[], interval[], boolean[]) to service_role;

-- grant.public.job_queue_mark_succeeded  (grants/public_function.sql.j2)
revoke all on function public.job_queue_mark_succeeded(bigint, bigint, jsonb) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_mark_succeeded(bigint, bigint, jsonb) to service_role;

-- grant.public.job_queue_mark_succeeded_many  (grants/public_function.sql.j2)
revoke all on function public.job_queue_mark_succeeded_many(bigint[], bigint[], jsonb[]) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_mark_succeeded_many(bigint[], bigint[], jsonb[]) to service_role;

-- grant.public.job_queue_pause  (grants/public_function.sql.j2)
revoke all on function public.job_queue_pause(text, text, timestamptz, text) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_pause(text, text, timestamptz, text) to service_role;

-- grant.public.job_queue_register_worker  (grants/public_function.sql.j2)
revoke all on function public.job_queue_register_worker(text, text[], jsonb) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_register_worker(text, text[], jsonb) to service_role;

-- grant.public.job_queue_replay  (grants/public_function.sql.j2)
revoke all on function public.job_queue_replay(bigint[]) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_replay(bigint[]) to service_role;

-- grant.public.job_queue_resume  (grants/public_function.sql.j2)
revoke all on function public.job_queue_resume(text, text) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_resume(text, text) to service_role;

-- grant.public.job_queue_retry  (grants/public_function.sql.j2)
revoke all on function public.job_queue_retry(bigint[]) from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_retry(bigint[]) to service_role;

-- grant.public.job_queue_stats  (grants/public_function.sql.j2)
revoke all on function public.job_queue_stats() from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_stats() to service_role;

-- grant.public.job_queue_trigger_worker  (grants/public_function.sql.j2)
revoke all on function public.job_queue_trigger_worker() from public, anon, authenticated, service_role cascade;
grant execute on function public.job_queue_trigger_worker() to service_role;

-- grant.supaops  (grants/private_schema.sql.j2)
revoke all on schema supaops from public, anon, authenticated, service_role cascade;

-- grant.supaops.actor  (grants/private_function.sql.j2)
revoke all on function supaops.actor() from public, anon, authenticated, service_role cascade;

-- grant.supaops.add_job  (grants/private_function.sql.j2)
revoke all on function supaops.add_job(bigint, text, jsonb, timestamptz, text, integer, integer, text, timestamptz, text, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.add_lane  (grants/private_function.sql.j2)
revoke all on function supaops.add_lane(text, smallint, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.adopt_jobs  (grants/private_function.sql.j2)
revoke all on function supaops.adopt_jobs() from public, anon, authenticated, service_role cascade;

-- grant.supaops.advance_arrival  (grants/private_function.sql.j2)
revoke all on function supaops.advance_arrival(integer, integer) from public, anon, authenticated, service_role cascade;

-- grant.supaops.arm  (grants/private_function.sql.j2)
revoke all on function supaops.arm(text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.arrival_ahead  (grants/private_function.sql.j2)
revoke all on function supaops.arrival_ahead(regclass, interval, timestamptz) from public, anon, authenticated, service_role cascade;

-- grant.supaops.attempt  (grants/private_table.sql.j2)
revoke all on table supaops.attempt from public, anon, authenticated, service_role cascade;

-- grant.supaops.attempt_is_untold  (grants/private_function.sql.j2)
revoke all on function supaops.attempt_is_untold(public.job_queue) from public, anon, authenticated, service_role cascade;

-- grant.supaops.audit  (grants/private_table.sql.j2)
revoke all on table supaops.audit from public, anon, authenticated, service_role cascade;
revoke all on sequence supaops.audit_id_seq from public, anon, authenticated, service_role cascade;

-- grant.supaops.audit_guard  (grants/private_function.sql.j2)
revoke all on function supaops.audit_guard(text, text, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.audit_jobs  (grants/private_function.sql.j2)
revoke all on function supaops.audit_jobs(text, jsonb) from public, anon, authenticated, service_role cascade;

-- grant.supaops.batch_is_sound  (grants/private_function.sql.j2)
revoke all on function supaops.batch_is_sound(jsonb) from public, anon, authenticated, service_role cascade;

-- grant.supaops.caller_traceparent  (grants/private_function.sql.j2)
revoke all on function supaops.caller_traceparent() from public, anon, authenticated, service_role cascade;

-- grant.supaops.check_arguments  (grants/private_function.sql.j2)
revoke all on function supaops.check_arguments(text, integer, integer, text, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.check_batch  (grants/private_function.sql.j2)
revoke all on function supaops.check_batch(jsonb) from public, anon, authenticated, service_role cascade;

-- grant.supaops.check_batch_arguments  (grants/private_function.sql.j2)
revoke all on function supaops.check_batch_arguments(jsonb) from public, anon, authenticated, service_role cascade;

-- grant.supaops.check_batch_structure  (grants/private_function.sql.j2)
revoke all on function supaops.check_batch_structure(jsonb) from public, anon, authenticated, service_role cascade;

-- grant.supaops.check_batch_types  (grants/private_function.sql.j2)
revoke all on function supaops.check_batch_types(jsonb) from public, anon, authenticated, service_role cascade;

-- grant.supaops.check_edit  (grants/private_function.sql.j2)
revoke all on function supaops.check_edit(public.job_queue, public.job_queue) from public, anon, authenticated, service_role cascade;

-- grant.supaops.check_enqueue  (grants/private_function.sql.j2)
revoke all on function supaops.check_enqueue(jsonb) from public, anon, authenticated, service_role cascade;

-- grant.supaops.check_job_arguments  (grants/private_function.sql.j2)
revoke all on function supaops.check_job_arguments(jsonb, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.check_lease  (grants/private_function.sql.j2)
revoke all on function supaops.check_lease(interval) from public, anon, authenticated, service_role cascade;

-- grant.supaops.check_limit  (grants/private_function.sql.j2)
revoke all on function supaops.check_limit(integer) from public, anon, authenticated, service_role cascade;

-- grant.supaops.check_payload  (grants/private_function.sql.j2)
revoke all on function supaops.check_payload(supaops.task_type, jsonb, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.check_same_length  (grants/private_function.sql.j2)
revoke all on function supaops.check_same_length(bigint[], bigint[], integer) from public, anon, authenticated, service_role cascade;

-- grant.supaops.check_status  (grants/private_function.sql.j2)
revoke all on function supaops.check_status(public.job_queue) from public, anon, authenticated, service_role cascade;

-- grant.supaops.clean_up  (grants/private_function.sql.j2)
revoke all on function supaops.clean_up(interval, interval) from public, anon, authenticated, service_role cascade;

-- grant.supaops.cleanup  (grants/private_table.sql.j2)
revoke all on table supaops.cleanup from public, anon, authenticated, service_role cascade;

-- grant.supaops.cleanup_ledgers  (grants/private_function.sql.j2)
revoke all on function supaops.cleanup_ledgers() from public, anon, authenticated, service_role cascade;

-- grant.supaops.cleanup_round  (grants/private_function.sql.j2)
revoke all on function supaops.cleanup_round(timestamptz, timestamptz, timestamptz, bigint, bigint, timestamptz) from public, anon, authenticated, service_role cascade;

-- grant.supaops.cleanup_step  (grants/private_function.sql.j2)
revoke all on function supaops.cleanup_step(bigint, timestamptz, timestamptz, timestamptz) from public, anon, authenticated, service_role cascade;

-- grant.supaops.cleanup_walk  (grants/private_function.sql.j2)
revoke all on function supaops.cleanup_walk(text, timestamptz, bigint, timestamptz) from public, anon, authenticated, service_role cascade;

-- grant.supaops.close_lanes  (grants/private_function.sql.j2)
revoke all on function supaops.close_lanes() from public, anon, authenticated, service_role cascade;

-- grant.supaops.close_lease  (grants/private_function.sql.j2)
revoke all on function supaops.close_lease(supaops.lease, timestamptz, boolean) from public, anon, authenticated, service_role cascade;

-- grant.supaops.closed_lane  (grants/private_table.sql.j2)
revoke all on table supaops.closed_lane from public, anon, authenticated, service_role cascade;

-- grant.supaops.complete  (grants/private_function.sql.j2)
revoke all on function supaops.complete(bigint[], bigint[], jsonb[]) from public, anon, authenticated, service_role cascade;

-- grant.supaops.complete_batch  (grants/private_function.sql.j2)
revoke all on function supaops.complete_batch(bigint[], bigint, jsonb) from public, anon, authenticated, service_role cascade;

-- grant.supaops.complete_reported  (grants/private_function.sql.j2)
revoke all on function supaops.complete_reported(jsonb) from public, anon, authenticated, service_role cascade;

-- grant.supaops.count_change  (grants/private_function.sql.j2)
revoke all on function supaops.count_change(public.job_queue, integer, boolean) from public, anon, authenticated, service_role cascade;

-- grant.supaops.cron_runs_step  (grants/private_function.sql.j2)
revoke all on function supaops.cron_runs_step(bigint, timestamptz) from public, anon, authenticated, service_role cascade;

-- grant.supaops.declared_task_type  (grants/private_function.sql.j2)
revoke all on function supaops.declared_task_type(text, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.delete_cron_runs  (grants/private_function.sql.j2)
revoke all on function supaops.delete_cron_runs(bigint, bigint, boolean, bigint[]) from public, anon, authenticated, service_role cascade;

-- grant.supaops.delete_finished  (grants/private_function.sql.j2)
revoke all on function supaops.delete_finished(bigint[]) from public, anon, authenticated, service_role cascade;

-- grant.supaops.disarm  (grants/private_function.sql.j2)
revoke all on function supaops.disarm(text, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.disarm_refused  (grants/private_function.sql.j2)
revoke all on function supaops.disarm_refused(bigint) from public, anon, authenticated, service_role cascade;

-- grant.supaops.disarmed  (grants/private_function.sql.j2)
revoke all on function supaops.disarmed() from public, anon, authenticated, service_role cascade;

-- grant.supaops.dispatch  (grants/private_table.sql.j2)
revoke all on table supaops.dispatch from public, anon, authenticated, service_role cascade;
revoke all on sequence supaops.dispatch_id_seq from public, anon, authenticated, service_role cascade;

-- grant.supaops.drain_lanes  (grants/private_function.sql.j2)
revoke all on function supaops.drain_lanes() from public, anon, authenticated, service_role cascade;

-- grant.supaops.drop_finished_leases  (grants/private_function.sql.j2)
revoke all on function supaops.drop_finished_leases(bigint[]) from public, anon, authenticated, service_role cascade;

-- grant.supaops.drop_lost_workers  (grants/private_function.sql.j2)
revoke all on function supaops.drop_lost_workers() from public, anon, authenticated, service_role cascade;

-- grant.supaops.drop_starting_points  (grants/private_function.sql.j2)
revoke all on function supaops.drop_starting_points() from public, anon, authenticated, service_role cascade;

-- grant.supaops.enqueue_each  (grants/private_function.sql.j2)
revoke all on function supaops.enqueue_each(jsonb) from public, anon, authenticated, service_role cascade;

-- grant.supaops.enqueue_reported  (grants/private_function.sql.j2)
revoke all on function supaops.enqueue_reported(jsonb, bigint[]) from public, anon, authenticated, service_role cascade;

-- grant.supaops.environment  (grants/private_table.sql.j2)
revoke all on table supaops.environment from public, anon, authenticated, service_role cascade;

-- grant.supaops.everybody_sees  (grants/private_function.sql.j2)
revoke all on function supaops.everybody_sees(xid8) from public, anon, authenticated, service_role cascade;

-- grant.supaops.fail_reported  (grants/private_function.sql.j2)
revoke all on function supaops.fail_reported(jsonb) from public, anon, authenticated, service_role cascade;

-- grant.supaops.finished  (grants/private_table.sql.j2)
revoke all on table supaops.finished from public, anon, authenticated, service_role cascade;

-- grant.supaops.fold_step  (grants/private_function.sql.j2)
revoke all on function supaops.fold_step(tid) from public, anon, authenticated, service_role cascade;

-- grant.supaops.fold_tally  (grants/private_function.sql.j2)
revoke all on function supaops.fold_tally() from public, anon, authenticated, service_role cascade;

-- grant.supaops.forget_former_secret  (grants/private_function.sql.j2)
revoke all on function supaops.forget_former_secret() from public, anon, authenticated, service_role cascade;

-- grant.supaops.forget_jobs  (grants/private_function.sql.j2)
revoke all on function supaops.forget_jobs() from public, anon, authenticated, service_role cascade;

-- grant.supaops.guard_state  (grants/private_function.sql.j2)
revoke all on function supaops.guard_state() from public, anon, authenticated, service_role cascade;

-- grant.supaops.hand_edit  (grants/private_function.sql.j2)
revoke all on function supaops.hand_edit() from public, anon, authenticated, service_role cascade;

-- grant.supaops.hand_insert  (grants/private_function.sql.j2)
revoke all on function supaops.hand_insert() from public, anon, authenticated, service_role cascade;

-- grant.supaops.harvest_responses  (grants/private_function.sql.j2)
revoke all on function supaops.harvest_responses() from public, anon, authenticated, service_role cascade;

-- grant.supaops.hold_by_hand  (grants/private_function.sql.j2)
revoke all on function supaops.hold_by_hand(public.job_queue) from public, anon, authenticated, service_role cascade;

-- grant.supaops.identity  (grants/private_function.sql.j2)
revoke all on function supaops.identity() from public, anon, authenticated, service_role cascade;

-- grant.supaops.idle_lane  (grants/private_table.sql.j2)
revoke all on table supaops.idle_lane from public, anon, authenticated, service_role cascade;

-- grant.supaops.index_limited_leases  (grants/private_function.sql.j2)
revoke all on function supaops.index_limited_leases() from public, anon, authenticated, service_role cascade;

-- grant.supaops.installation  (grants/private_table.sql.j2)
revoke all on table supaops.installation from public, anon, authenticated, service_role cascade;

-- grant.supaops.job_summary  (grants/private_function.sql.j2)
revoke all on function supaops.job_summary(public.job_queue) from public, anon, authenticated, service_role cascade;

-- grant.supaops.jobs_claimed  (grants/private_function.sql.j2)
revoke all on function supaops.jobs_claimed(integer, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.json_array_errors  (grants/private_function.sql.j2)
revoke all on function supaops.json_array_errors(jsonb, jsonb, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.json_combination_errors  (grants/private_function.sql.j2)
revoke all on function supaops.json_combination_errors(jsonb, jsonb, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.json_matches  (grants/private_function.sql.j2)
revoke all on function supaops.json_matches(jsonb, jsonb) from public, anon, authenticated, service_role cascade;

-- grant.supaops.json_number_errors  (grants/private_function.sql.j2)
revoke all on function supaops.json_number_errors(jsonb, numeric, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.json_object_errors  (grants/private_function.sql.j2)
revoke all on function supaops.json_object_errors(jsonb, jsonb, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.json_schema_errors  (grants/private_function.sql.j2)
revoke all on function supaops.json_schema_errors(jsonb, jsonb, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.json_string_errors  (grants/private_function.sql.j2)
revoke all on function supaops.json_string_errors(jsonb, text, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.json_type_matches  (grants/private_function.sql.j2)
revoke all on function supaops.json_type_matches(text, jsonb) from public, anon, authenticated, service_role cascade;

-- grant.supaops.json_value_errors  (grants/private_function.sql.j2)
revoke all on function supaops.json_value_errors(jsonb, jsonb, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.keep_arrival  (grants/private_function.sql.j2)
revoke all on function supaops.keep_arrival() from public, anon, authenticated, service_role cascade;

-- grant.supaops.known_queue  (grants/private_function.sql.j2)
revoke all on function supaops.known_queue(text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.known_task_type  (grants/private_function.sql.j2)
revoke all on function supaops.known_task_type(text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.lane  (grants/private_table.sql.j2)
revoke all on table supaops.lane from public, anon, authenticated, service_role cascade;
revoke all on sequence supaops.lane_id_seq from public, anon, authenticated, service_role cascade;

-- grant.supaops.lane_for  (grants/private_function.sql.j2)
revoke all on function supaops.lane_for(text, smallint, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.lanes_under  (grants/private_function.sql.j2)
revoke all on function supaops.lanes_under(integer) from public, anon, authenticated, service_role cascade;

-- grant.supaops.lease  (grants/private_table.sql.j2)
revoke all on table supaops.lease from public, anon, authenticated, service_role cascade;
revoke all on sequence supaops.lease_id_seq from public, anon, authenticated, service_role cascade;

-- grant.supaops.limit  (grants/private_table.sql.j2)
revoke all on table supaops."limit" from public, anon, authenticated, service_role cascade;
revoke all on sequence supaops.limit_id_seq from public, anon, authenticated, service_role cascade;

-- grant.supaops.lock_jobs  (grants/private_function.sql.j2)
revoke all on function supaops.lock_jobs(bigint[], text[]) from public, anon, authenticated, service_role cascade;

-- grant.supaops.lock_limit  (grants/private_function.sql.j2)
revoke all on function supaops.lock_limit(integer, boolean) from public, anon, authenticated, service_role cascade;

-- grant.supaops.lower_floor  (grants/private_function.sql.j2)
revoke all on function supaops.lower_floor(supaops.lane) from public, anon, authenticated, service_role cascade;

-- grant.supaops.lower_lease_floor  (grants/private_function.sql.j2)
revoke all on function supaops.lower_lease_floor() from public, anon, authenticated, service_role cascade;

-- grant.supaops.maintenance  (grants/private_table.sql.j2)
revoke all on table supaops.maintenance from public, anon, authenticated, service_role cascade;

-- grant.supaops.mark_lease  (grants/private_function.sql.j2)
revoke all on function supaops.mark_lease(bigint, integer) from public, anon, authenticated, service_role cascade;

-- grant.supaops.match_runs  (grants/private_function.sql.j2)
revoke all on function supaops.match_runs(integer) from public, anon, authenticated, service_role cascade;

-- grant.supaops.measure_room  (grants/private_function.sql.j2)
revoke all on function supaops.measure_room(integer, boolean) from public, anon, authenticated, service_role cascade;

-- grant.supaops.nearest_task_type  (grants/private_function.sql.j2)
revoke all on function supaops.nearest_task_type(text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.note_idle_lanes  (grants/private_function.sql.j2)
revoke all on function supaops.note_idle_lanes() from public, anon, authenticated, service_role cascade;

-- grant.supaops.number_jobs  (grants/private_function.sql.j2)
revoke all on function supaops.number_jobs(jsonb) from public, anon, authenticated, service_role cascade;

-- grant.supaops.oldest_worker  (grants/private_function.sql.j2)
revoke all on function supaops.oldest_worker() from public, anon, authenticated, service_role cascade;

-- grant.supaops.oldest_writer  (grants/private_function.sql.j2)
revoke all on function supaops.oldest_writer() from public, anon, authenticated, service_role cascade;

-- grant.supaops.order_lanes  (grants/private_function.sql.j2)
revoke all on function supaops.order_lanes(text[], timestamptz) from public, anon, authenticated, service_role cascade;

-- grant.supaops.pause  (grants/private_table.sql.j2)
revoke all on table supaops.pause from public, anon, authenticated, service_role cascade;

-- grant.supaops.pause_target  (grants/private_function.sql.j2)
revoke all on function supaops.pause_target(text, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.payloads_pass  (grants/private_function.sql.j2)
revoke all on function supaops.payloads_pass(supaops.task_type, jsonb[]) from public, anon, authenticated, service_role cascade;

-- grant.supaops.post_to_worker  (grants/private_function.sql.j2)
revoke all on function supaops.post_to_worker(jsonb) from public, anon, authenticated, service_role cascade;

-- grant.supaops.put_settled  (grants/private_function.sql.j2)
revoke all on function supaops.put_settled(public.job_queue) from public, anon, authenticated, service_role cascade;

-- grant.supaops.queue_locks  (grants/private_function.sql.j2)
revoke all on function supaops.queue_locks() from public, anon, authenticated, service_role cascade;

-- grant.supaops.raise_floor  (grants/private_function.sql.j2)
revoke all on function supaops.raise_floor(supaops.lane, timestamptz) from public, anon, authenticated, service_role cascade;

-- grant.supaops.raise_lease_floor  (grants/private_function.sql.j2)
revoke all on function supaops.raise_lease_floor(timestamptz) from public, anon, authenticated, service_role cascade;

-- grant.supaops.read_reports  (grants/private_function.sql.j2)
revoke all on function supaops.read_reports(jsonb, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.ready_in_lanes  (grants/private_function.sql.j2)
revoke all on function supaops.ready_in_lanes(text[], integer, timestamptz) from public, anon, authenticated, service_role cascade;

-- grant.supaops.ready_jobs  (grants/private_function.sql.j2)
revoke all on function supaops.ready_jobs(integer, timestamptz) from public, anon, authenticated, service_role cascade;

-- grant.supaops.record_interrupted_attempt  (grants/private_function.sql.j2)
revoke all on function supaops.record_interrupted_attempt(public.job_queue, public.job_queue) from public, anon, authenticated, service_role cascade;

-- grant.supaops.record_success  (grants/private_function.sql.j2)
revoke all on function supaops.record_success(public.job_queue) from public, anon, authenticated, service_role cascade;

-- grant.supaops.recount  (grants/private_function.sql.j2)
revoke all on function supaops.recount() from public, anon, authenticated, service_role cascade;

-- grant.supaops.refuse_duplicate  (grants/private_function.sql.j2)
revoke all on function supaops.refuse_duplicate(bigint, text, text, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.refuse_edit  (grants/private_function.sql.j2)
revoke all on function supaops.refuse_edit(bigint, text, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.refuse_live_duplicate  (grants/private_function.sql.j2)
revoke all on function supaops.refuse_live_duplicate(public.job_queue) from public, anon, authenticated, service_role cascade;

-- grant.supaops.remove_lanes  (grants/private_function.sql.j2)
revoke all on function supaops.remove_lanes() from public, anon, authenticated, service_role cascade;

-- grant.supaops.require_armed  (grants/private_function.sql.j2)
revoke all on function supaops.require_armed(text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.rescue_expired_leases  (grants/private_function.sql.j2)
revoke all on function supaops.rescue_expired_leases() from public, anon, authenticated, service_role cascade;

-- grant.supaops.resource  (grants/private_table.sql.j2)
revoke all on table supaops.resource from public, anon, authenticated, service_role cascade;

-- grant.supaops.resource_version  (grants/private_table.sql.j2)
revoke all on table supaops.resource_version from public, anon, authenticated, service_role cascade;

-- grant.supaops.resume_cleanup  (grants/private_function.sql.j2)
revoke all on function supaops.resume_cleanup() from public, anon, authenticated, service_role cascade;

-- grant.supaops.retire_lanes  (grants/private_function.sql.j2)
revoke all on function supaops.retire_lanes(interval, integer) from public, anon, authenticated, service_role cascade;

-- grant.supaops.retry_delay  (grants/private_function.sql.j2)
revoke all on function supaops.retry_delay(text, integer, double precision) from public, anon, authenticated, service_role cascade;

-- grant.supaops.revision  (grants/private_table.sql.j2)
revoke all on table supaops.revision from public, anon, authenticated, service_role cascade;
revoke all on sequence supaops.revision_id_seq from public, anon, authenticated, service_role cascade;

-- grant.supaops.room_in  (grants/private_function.sql.j2)
revoke all on function supaops.room_in(integer[], jsonb, boolean) from public, anon, authenticated, service_role cascade;

-- grant.supaops.room_seen  (grants/private_function.sql.j2)
revoke all on function supaops.room_seen(text, text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.running_under  (grants/private_function.sql.j2)
revoke all on function supaops.running_under(integer) from public, anon, authenticated, service_role cascade;

-- grant.supaops.sample  (grants/private_table.sql.j2)
revoke all on table supaops.sample from public, anon, authenticated, service_role cascade;

-- grant.supaops.secret_value  (grants/private_table.sql.j2)
revoke all on table supaops.secret_value from public, anon, authenticated, service_role cascade;

-- grant.supaops.settle  (grants/private_function.sql.j2)
revoke all on function supaops.settle(public.job_queue, boolean) from public, anon, authenticated, service_role cascade;

-- grant.supaops.shorten_lease  (grants/private_function.sql.j2)
revoke all on function supaops.shorten_lease() from public, anon, authenticated, service_role cascade;

-- grant.supaops.slots_left  (grants/private_function.sql.j2)
revoke all on function supaops.slots_left(integer, integer) from public, anon, authenticated, service_role cascade;

-- grant.supaops.startable  (grants/private_function.sql.j2)
revoke all on function supaops.startable(integer) from public, anon, authenticated, service_role cascade;

-- grant.supaops.survey  (grants/private_function.sql.j2)
revoke all on function supaops.survey(timestamptz) from public, anon, authenticated, service_role cascade;

-- grant.supaops.sweep  (grants/private_function.sql.j2)
revoke all on function supaops.sweep() from public, anon, authenticated, service_role cascade;

-- grant.supaops.take_jobs  (grants/private_function.sql.j2)
revoke all on function supaops.take_jobs(integer, text[], timestamptz, text, interval) from public, anon, authenticated, service_role cascade;

-- grant.supaops.take_over  (grants/private_function.sql.j2)
revoke all on function supaops.take_over(supaops.lease, timestamptz) from public, anon, authenticated, service_role cascade;

-- grant.supaops.take_probe  (grants/private_function.sql.j2)
revoke all on function supaops.take_probe() from public, anon, authenticated, service_role cascade;

-- grant.supaops.take_sample  (grants/private_function.sql.j2)
revoke all on function supaops.take_sample() from public, anon, authenticated, service_role cascade;

-- grant.supaops.tally  (grants/private_table.sql.j2)
revoke all on table supaops.tally from public, anon, authenticated, service_role cascade;

-- grant.supaops.task_type  (grants/private_table.sql.j2)
revoke all on table supaops.task_type from public, anon, authenticated, service_role cascade;

-- grant.supaops.tend_lanes  (grants/private_function.sql.j2)
revoke all on function supaops.tend_lanes(interval, integer) from public, anon, authenticated, service_role cascade;

-- grant.supaops.total  (grants/private_view.sql.j2)
revoke all on table supaops.total from public, anon, authenticated, service_role cascade;

-- grant.supaops.trim_cron_runs  (grants/private_function.sql.j2)
revoke all on function supaops.trim_cron_runs(boolean, timestamptz, bigint, timestamptz) from public, anon, authenticated, service_role cascade;

-- grant.supaops.trim_history  (grants/private_function.sql.j2)
revoke all on function supaops.trim_history(interval) from public, anon, authenticated, service_role cascade;

-- grant.supaops.trim_ledger  (grants/private_function.sql.j2)
revoke all on function supaops.trim_ledger(regclass, name, timestamptz, timestamptz) from public, anon, authenticated, service_role cascade;

-- grant.supaops.trim_runs  (grants/private_function.sql.j2)
revoke all on function supaops.trim_runs(supaops.maintenance, timestamptz) from public, anon, authenticated, service_role cascade;

-- grant.supaops.unmark_leases  (grants/private_function.sql.j2)
revoke all on function supaops.unmark_leases(bigint[]) from public, anon, authenticated, service_role cascade;

-- grant.supaops.upkeep  (grants/private_function.sql.j2)
revoke all on function supaops.upkeep(boolean) from public, anon, authenticated, service_role cascade;

-- grant.supaops.use_room  (grants/private_function.sql.j2)
revoke all on function supaops.use_room(integer[], jsonb, integer) from public, anon, authenticated, service_role cascade;

-- grant.supaops.valid_traceparent  (grants/private_function.sql.j2)
revoke all on function supaops.valid_traceparent(text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.vault_secret  (grants/private_function.sql.j2)
revoke all on function supaops.vault_secret(text) from public, anon, authenticated, service_role cascade;

-- grant.supaops.wait_before  (grants/private_function.sql.j2)
revoke all on function supaops.wait_before(text, interval, integer, double precision) from public, anon, authenticated, service_role cascade;

-- grant.supaops.worker  (grants/private_table.sql.j2)
revoke all on table supaops.worker from public, anon, authenticated, service_role cascade;

-- cron_job.job_queue_cleanup_daily  (cron.jobs.job_queue_cleanup_daily)
select cron.schedule('job_queue_cleanup_daily', '15 3 * * *', 'select supaops.require_armed(''job_queue_cleanup_daily''); select public.job_queue_cleanup()');

-- cron_job.job_queue_maintenance  (cron.jobs.job_queue_maintenance)
select cron.schedule('job_queue_maintenance', '7 * * * *', 'select supaops.require_armed(''job_queue_maintenance''); select public.job_queue_maintain()');

-- cron_job.job_queue_worker  (cron.jobs.job_queue_worker)
select cron.schedule('job_queue_worker', '* * * * *', 'select public.job_queue_trigger_worker()');

-- vault_secret.job_queue_runner_secret  (vault.secrets.job_queue_runner_secret)
-- set by `supaops apply` through vault.create_secret, never written down

-- vault_secret.job_queue_worker_endpoint  (vault.secrets.job_queue_worker_endpoint)
-- set by `supaops apply` through vault.create_secret, never written down
