"""SQL that an operator is told to run; nothing here runs it."""

from __future__ import annotations

from shlex import quote

from supaops.config.model import Config


def function(config: Config, verb: str) -> str:
    """Return the name of one of the queue's functions."""
    return f"{_table(config)}_{verb}"


def quoted(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def retry(config: Config) -> str:
    """Return what brings failed jobs back."""
    return f"supaops retry --env {config.environment} --status failed"


def waiting_by_type(config: Config) -> str:
    """Return what tells which jobs wait, by the counts."""
    return (
        f"select queue, task_type, jobs from {function(config, 'stats')}() "  # noqa: S608  for people
        "where status = 'pending' order by jobs desc"
    )


def error_of(config: Config, job: int) -> str:
    """Return what shows a job's error."""
    return f"select id, last_error from {_table(config)} where id = {job}"  # noqa: S608  for people


def errors_of_late(config: Config) -> str:
    """Return what groups the failed attempts of the last hour."""
    return (
        "select j.task_type, left(a.error, 80), count(*) from supaops.attempt a "  # noqa: S608  for people
        f"join {_table(config)} j on j.id = a.job_id "
        "where a.finished_at > now() - interval '1 hour' group by 1, 2 order by 3 desc"
    )


def longest_failed(config: Config) -> str:
    """Return what lists the failed jobs, the longest dead first, by an index."""
    return (
        "select j.id, j.task_type, a.finished_at, a.error from supaops.attempt a "  # noqa: S608  for people
        f"join {_table(config)} j on j.id = a.job_id "
        "where j.status = 'failed' order by a.finished_at limit 20"
    )


def cancel_waiting(config: Config, task_type: str) -> str:
    """Return what cancels the waiting jobs of a task type."""
    wanted = f"--status pending --task-type {quote(task_type)}"
    return f"supaops cancel --env {config.environment} {wanted}"


def resume(config: Config, queue: str, task_type: str) -> str:
    """Return what ends a pause, however it was made."""
    options = [] if queue == "*" else ["--queue", quote(queue)]
    options += [] if task_type == "*" else ["--task-type", quote(task_type)]
    return " ".join([f"supaops resume --env {config.environment}", *options])


def _table(config: Config) -> str:
    return f"{config.queue.schema_name}.{config.queue.name}"
