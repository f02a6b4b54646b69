"""Rules between keys, checked on plain data so that one bad key hides no other problem."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from supaops.config.duration import format_duration, parse_duration
from supaops.config.explain import keys_of, problem_at
from supaops.config.guarding import UNGUARDABLE, Guarding, guarding
from supaops.config.model import CALL_OR_SQL, Queue, Retry, TaskRetry, TaskType
from supaops.config.places import KeyPath, SourceMap, dotted, listed, shorten
from supaops.config.problem import Complaint
from supaops.config.scalars import is_sexagesimal, meant_boolean
from supaops.config.secrecy import kind_of_secret
from supaops.config.statement import check_statement, vault_names
from supaops.config.suggest import did_you_mean
from supaops.config.worker import Worker
from supaops.errors import SupaopsError

SMOKE_TASK_TYPE = "supaops_smoke"
_RETRY: KeyPath = ("queue", "retry")
Data = dict[str, Any]


def cross_check(data: Data, source: SourceMap) -> list[SupaopsError]:
    """Return the problems between keys; a value that is faulty by itself is passed over."""
    return [problem for check in _CHECKS for problem in check(data, source)]


def _worker_secrets(data: Data, source: SourceMap) -> Iterator[SupaopsError]:
    for key in ("endpoint", "secret"):
        name = _at(data, "worker", key)
        known = _declared(data)
        if isinstance(name, str) and name not in known and not kind_of_secret(name):
            yield _undeclared(data, source, ("worker", key), name)


def _sql_secrets(data: Data, source: SourceMap) -> Iterator[SupaopsError]:
    for job, section in _mapping(data, "cron", "jobs").items():
        sql = _at(section, "sql")
        if not isinstance(sql, str) or kind_of_secret(sql):
            continue
        for name in _vault_names(sql):
            if name not in _declared(data):
                yield _undeclared(data, source, ("cron", "jobs", job, "sql"), name)


def _vault_names(sql: str) -> list[str]:
    try:
        return vault_names(check_statement(sql))
    except Complaint:
        return []  # the field itself reports it


def _cron_targets(data: Data, source: SourceMap) -> Iterator[SupaopsError]:
    for job, section in _mapping(data, "cron", "jobs").items():
        given = [key for key in ("call", "sql") if _at(section, key) is not None]
        if isinstance(section, dict) and len(given) != 1:
            yield problem_at(source, ("cron", "jobs", job), CALL_OR_SQL)


def _unguardable(data: Data, source: SourceMap) -> Iterator[SupaopsError]:
    if data.get("clone_guard") is False:
        return
    for job, section in _mapping(data, "cron", "jobs").items():
        sql = _at(section, "sql")
        if isinstance(sql, str) and _at(section, "guard") is not False and _is_unguardable(sql):
            yield problem_at(
                source,
                ("cron", "jobs", job, "sql"),
                UNGUARDABLE,
                hint="set guard: false beside it, if a copy may run it too",
            )


def _is_unguardable(sql: str) -> bool:
    try:
        return guarding(check_statement(sql)) is Guarding.IMPOSSIBLE
    except Complaint:
        return False  # the field itself reports it


def _undeclared(data: Data, source: SourceMap, path: KeyPath, name: str) -> SupaopsError:
    """Return the problem without the name itself, which may be a secret put in the wrong place."""
    known = _declared(data)
    return problem_at(
        source,
        path,
        "names a secret that vault.secrets does not declare",
        hint=did_you_mean(name, known, f"declared: {listed(known)}"),
    )


def _declared(data: Data) -> Data:
    return _mapping(data, "vault", "secrets")


def _timing(data: Data, source: SourceMap) -> Iterator[SupaopsError]:
    lease = _duration(data, ("queue", "lease"), Queue)
    if lease is None:
        return
    timeout = _duration(data, ("worker", "timeout"), Worker)
    if timeout is not None and timeout >= lease:
        yield problem_at(
            source,
            ("worker", "timeout"),
            f"expected less than queue.lease, which is {format_duration(lease)}",
            hint="shorten it, or lengthen the lease: a job would run twice",
        )
    for name in _mapping(data, "queue", "task_types"):
        path = ("queue", "task_types", name, "timeout")
        timeout = _duration(data, path, TaskType)
        if timeout is not None and timeout > lease:
            yield _too_long(source, path, ("queue", "lease"), lease)


def _backoff(data: Data, source: SourceMap) -> Iterator[SupaopsError]:
    names = _mapping(data, "queue", "task_types")
    for section in (_RETRY, *(("queue", "task_types", name, "retry") for name in names)):
        base, longest = (_ruling(data, section, key) for key in ("base", "max"))
        if section not in (base[:-1], longest[:-1]):
            continue
        delay, limit = (_duration(data, each, _backoff_model(each)) for each in (base, longest))
        if delay is None or limit is None or delay <= limit:
            continue
        if base[:-1] == section:
            yield _too_long(source, base, longest, limit)
        else:
            yield _too_short(source, longest, base, delay)


def _ruling(data: Data, section: KeyPath, key: str) -> KeyPath:
    """Return where a key of a backoff is taken from: its own section, or that of the queue."""
    own = _at(data, *section)
    return (*(section if isinstance(own, dict) and own.get(key) is not None else _RETRY), key)


def _backoff_model(path: KeyPath) -> type[Retry | TaskRetry]:
    return Retry if path[:-1] == _RETRY else TaskRetry


def _too_short(source: SourceMap, path: KeyPath, other: KeyPath, least: timedelta) -> SupaopsError:
    bound = format_duration(least)
    return problem_at(
        source,
        path,
        f"expected at least {dotted(other)}, which is {bound}",
        hint=f"lengthen it, or give a shorter {path[-2]}.base beside it",
    )


def _too_long(source: SourceMap, path: KeyPath, other: KeyPath, limit: timedelta) -> SupaopsError:
    bound = format_duration(limit)
    return problem_at(
        source,
        path,
        f"expected at most {dotted(other)}, which is {bound}",
        hint=f"shorten it, or raise {dotted(other)}",
    )


def _duration(
    data: Data, path: KeyPath, model: type[Queue | Retry | TaskRetry | TaskType | Worker]
) -> timedelta | None:
    """Return a duration or its default; None if it is zero, faulty, or absent beside a bad key."""
    section = _at(data, *path[:-1])
    if not isinstance(section, dict | None) or set(section or {}) - set(keys_of(model, ())):
        return None
    key = str(path[-1])
    value = (section or {}).get(key, model.model_fields[key].default)
    try:
        return parse_duration(value) or None
    except Complaint:
        return None


def _smoke(data: Data, source: SourceMap) -> Iterator[SupaopsError]:
    name = _at(data, "smoke", "task_type")
    known = [SMOKE_TASK_TYPE, *_mapping(data, "queue", "task_types")]
    if isinstance(name, str) and name not in known:
        yield problem_at(
            source,
            ("smoke", "task_type"),
            "names a task type that queue.task_types does not declare",
            hint=did_you_mean(name, known, f"declared: {listed(known)}"),
        )


def _secrets_in_text(data: Data, source: SourceMap) -> Iterator[SupaopsError]:
    keys = ((path, path[-1]) for path in source.spots if path)
    for path, text in (*keys, *_leaves(data, ())):
        kind = kind_of_secret(text) if isinstance(text, str) else None
        if kind and path != ("database", "url"):
            yield problem_at(
                source,
                path,
                f"holds {kind}, which never stands in the file",
                hint="put it in Vault: declare it under vault.secrets with value: env(NAME)",
            )


def _unquoted_words(data: Data, source: SourceMap) -> Iterator[SupaopsError]:
    """Refuse in free JSON what YAML 1.1 reads otherwise; a typed key says what it expects."""
    for path, value in _leaves(data, ()):
        if not _is_free_json(path) or not source.spots[path].plain:
            continue
        meant = meant_boolean(value)
        if meant or is_sexagesimal(value):
            remedy = f"write {meant}, or " if meant else ""
            yield problem_at(
                source,
                path,
                f"`{shorten(value)}` is text in YAML 1.2 but not in YAML 1.1",
                hint=f'{remedy}quote it: "{shorten(value)}"',
            )


def _is_free_json(path: KeyPath) -> bool:
    in_task_type = path[:2] == ("queue", "task_types") and path[3:4] == ("payload",)
    return in_task_type or path[:2] == ("smoke", "payload")


def _leaves(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path, value


def _at(data: Any, *keys: str | int) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _mapping(data: Data, *keys: str) -> Data:
    found = _at(data, *keys)
    return found if isinstance(found, dict) else {}


_CHECKS: tuple[Callable[[Data, SourceMap], Iterator[SupaopsError]], ...] = (
    _worker_secrets,
    _sql_secrets,
    _cron_targets,
    _unguardable,
    _backoff,
    _timing,
    _smoke,
    _secrets_in_text,
    _unquoted_words,
)
