"""What the author of a faulty file reads, word by word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from supaops.config import load
from supaops.errors import SupaopsError

Problems = Callable[..., list[SupaopsError]]

# Each line is appended to the good file's sections: (section line, new lines, messages, hints).
RATE = "expected jobs per time such as 100/s, 20/m or 500/15m"
DURATION = "expected a duration such as 250ms, 30s, 1h30m or 14d"

QUEUE_CASES = {
    "lease: 1:30": (f"queue.lease: {DURATION}, found `1:30`", "write 1h30m or 1m30s"),
    "lease: 300": (f"queue.lease: {DURATION}, found `300`", "write 300s if seconds are meant"),
    "lease: 5 minutes": (f"queue.lease: {DURATION}, found `5 minutes`", "write 5m"),
    "lease: 20 millis": (f"queue.lease: {DURATION}, found `20 millis`", "write 20ms"),
    "lease: 1m1h": (f"queue.lease: {DURATION}, found `1m1h`", None),
    "lease:": (f"queue.lease: {DURATION}, found nothing", None),
    "lease: 0s": ("queue.lease: expected a duration longer than zero, found `0s`", None),
    "lease: 9999d": ("queue.lease: expected at most 3650d, found `9999d`", None),
    "lease: 1000000000d": ("queue.lease: expected at most 3650d, found `1000000000d`", None),
    "lease: 99999999999999999999s": (
        "queue.lease: expected at most 3650d, found `99999999999999999999s`",
        None,
    ),
    "lease: 0o17": (
        "queue.lease: `0o17` may be read as octal",
        "write it in decimal, or quote it",
    ),
    "laese: 5m": (
        "queue.laese: unknown key",
        (
            "did you mean `lease`? "
            "known here: name, schema, lease, retry, retention, limits, task_types"
        ),
    ),
    "schema_name: x": (
        "queue.schema_name: unknown key",
        (
            "did you mean `schema`? "
            "known here: name, schema, lease, retry, retention, limits, task_types"
        ),
    ),
    "name: Job Queue": (
        (
            "queue.name: expected a-z, 0-9 and _, without a digit first, at most 32 characters, "
            "found `Job Queue`"
        ),
        "write job_queue",
    ),
    "name: a_queue_with_far_too_many_letters_": (
        (
            "queue.name: expected a-z, 0-9 and _, without a digit first, at most 32 characters, "
            "found `a_queue_with_far_too_many_letters_`"
        ),
        None,
    ),
    "name: true": ("queue.name: expected text, found `true`", 'quote it: "true"'),
    "schema: pg_catalog": (
        "queue.schema: expected a schema of your own, not a reserved one, found `pg_catalog`",
        "write public",
    ),
    "retry: {factor: 'two'}": ("queue.retry.factor: expected a number, found `two`", None),
    "retry: {factor: '2'}": (
        "queue.retry.factor: expected a number, found `2`",
        "remove the quotes",
    ),
    "retry: {jitter: 1.5}": ("queue.retry.jitter: expected at most 1, found `1.5`", None),
    "retry: {factor: .nan}": (
        "queue.retry.factor: `.nan` is no number that JSON can hold",
        "write a finite number, or quote it",
    ),
    "retry: 5s": ("queue.retry: expected a mapping, found `5s`", "indent its keys below it"),
    "limits: {default: {concurrency: 0}}": (
        "queue.limits.default.concurrency: expected at least 1, found `0`",
        None,
    ),
    "limits: {default: {rate: 100}}": (
        f"queue.limits.default.rate: {RATE}, found `100`",
        "write 100/s if per second is meant",
    ),
    "limits: {default: {rate: 5 per minute}}": (
        f"queue.limits.default.rate: {RATE}, found `5 per minute`",
        "write 5/m",
    ),
    "limits: {default: {rate: 5/fortnight}}": (
        f"queue.limits.default.rate: {RATE}, found `5/fortnight`",
        None,
    ),
    "limits: {default: {rate: 5/0s}}": (
        f"queue.limits.default.rate: {RATE}, found `5/0s`",
        None,
    ),
    "limits: {default: {rate: 0/s}}": (
        "queue.limits.default.rate: expected 1 to 1000000 jobs, found `0/s`",
        "to hold jobs back, pause the queue: job_queue_pause",
    ),
    "limits: {Bad Name: {}}": (
        (
            'queue.limits."Bad Name": bad name: expected a-z, 0-9 and _, without a digit first, '
            "at most 40 characters"
        ),
        "write bad_name",
    ),
    "retry: {base: 61m}": (
        "queue.retry.base: expected at most queue.retry.max, which is 1h",
        "shorten it, or raise queue.retry.max",
    ),
}

TASK_CASES = {
    "retry: {base: 61m}": (
        "queue.task_types.sync.retry.base: expected at most queue.retry.max, which is 1h",
        "shorten it, or raise queue.retry.max",
    ),
    "retry: {base: 3s, max: 2s}": (
        (
            "queue.task_types.sync.retry.base: expected at most "
            "queue.task_types.sync.retry.max, which is 2s"
        ),
        "shorten it, or raise queue.task_types.sync.retry.max",
    ),
    "retry: {max: 1s}": (
        "queue.task_types.sync.retry.max: expected at least queue.retry.base, which is 5s",
        "lengthen it, or give a shorter retry.base beside it",
    ),
    "retry: {factor: 0.5}": (
        "queue.task_types.sync.retry.factor: expected at least 1, found `0.5`",
        None,
    ),
    "timeout: 6m": (
        "queue.task_types.sync.timeout: expected at most queue.lease, which is 5m",
        "shorten it, or raise queue.lease",
    ),
    "max_attempts: 0": ("queue.task_types.sync.max_attempts: expected at least 1, found `0`", None),
    "max_attempts: 2.5": (
        "queue.task_types.sync.max_attempts: expected a whole number, found `2.5`",
        None,
    ),
    "description: 2026-11-24": (
        "queue.task_types.sync.description: `2026-11-24` may be read as a date or as text",
        "quote it",
    ),
    'description: "a\\0b"': (
        "queue.task_types.sync.description: expected text without a NUL character",
        None,
    ),
    'description: "\\ud800"': (
        "queue.task_types.sync.description: expected text without a lone surrogate",
        None,
    ),
    "payload: {type: objct}": (
        (
            "queue.task_types.sync.payload.type: expected one or more of null, boolean, object, "
            "array, number, integer, string"
        ),
        "did you mean `object`?",
    ),
    "payload: {properties: {a: {minLenght: 1}}}": (
        (
            "queue.task_types.sync.payload.properties.a.minLenght: `minLenght` is not a keyword "
            "that the database checks"
        ),
        "did you mean `minLength`? remove it; see docs/reference/config.md for the keywords",
    ),
    "payload: {format: email}": (
        (
            "queue.task_types.sync.payload.format: `format` is only an annotation in JSON Schema, "
            "so it would check nothing; use `pattern`"
        ),
        "remove it; see docs/reference/config.md for the keywords",
    ),
    "payload: {anyOf: [{type: string}, {maximum: x}]}": (
        "queue.task_types.sync.payload.anyOf[1].maximum: expected a number",
        None,
    ),
    "payload: {enum: [yes]}": (
        "queue.task_types.sync.payload.enum[0]: `yes` is text in YAML 1.2 but not in YAML 1.1",
        'write true, or quote it: "yes"',
    ),
    "payload: {const: 1:30}": (
        "queue.task_types.sync.payload.const: `1:30` is text in YAML 1.2 but not in YAML 1.1",
        'quote it: "1:30"',
    ),
}

CRON_CASES = {
    "schedule: 60 seconds": (
        "cron.jobs.x.schedule: pg_cron refuses `60 seconds`: the interval must be 1 to 59 seconds",
        "write * * * * *",
    ),
    "schedule: 5 minutes": (
        "cron.jobs.x.schedule: pg_cron refuses `5 minutes`: it counts seconds only",
        "write */5 * * * *",
    ),
    "schedule: '* * * *'": (
        "cron.jobs.x.schedule: pg_cron refuses `* * * *`: expected five fields, found 4",
        "write five fields such as */5 * * * *, or 1 to 59 seconds such as 30 seconds",
    ),
    "schedule: '0 25 * * *'": (
        "cron.jobs.x.schedule: pg_cron refuses `0 25 * * *`: the hour must be 0 to 23",
        "write five fields such as */5 * * * *, or 1 to 59 seconds such as 30 seconds",
    ),
    "schedule: 0 0 * * monday": (
        (
            "cron.jobs.x.schedule: pg_cron refuses `0 0 * * monday`: the day of the week must be "
            "0 to 7 or sun to sat, found `monday`"
        ),
        "names have three letters, such as jan or mon",
    ),
    "schedule: '@dialy'": (
        (
            "cron.jobs.x.schedule: pg_cron refuses `@dialy`: `@` needs a known word in lower case "
            "after it"
        ),
        "did you mean `@daily`? known: @hourly, @daily, @midnight, @weekly, @monthly, @reboot",
    ),
    "schedule: '0 0 * * * *'": (
        (
            "cron.jobs.x.schedule: pg_cron misreads `0 0 * * * *`: it ignores what follows the "
            "last field"
        ),
        "write five fields such as */5 * * * *, or 1 to 59 seconds such as 30 seconds",
    ),
    "schedule: '0 22-6 * * *'": (
        (
            "cron.jobs.x.schedule: pg_cron misreads `0 22-6 * * *`: a range cannot run backwards, "
            "as 22-6 does in the hour"
        ),
        "write five fields such as */5 * * * *, or 1 to 59 seconds such as 30 seconds",
    ),
    "schedule: '@yearly'": (
        "cron.jobs.x.schedule: pg_cron misreads `@yearly`: it accepts @yearly and never runs it",
        "write 0 0 1 1 *",
    ),
    "schedule: '0 0 30 2 *'": (
        "cron.jobs.x.schedule: pg_cron misreads `0 0 30 2 *`: it never runs",
        "name a day that the month has",
    ),
    "active: no": ("cron.jobs.x.active: `no` is not a boolean in YAML 1.2", "write false"),
    "active: On": ("cron.jobs.x.active: `On` is not a boolean in YAML 1.2", "write true"),
    "active: 'true'": (
        "cron.jobs.x.active: expected true or false, found `true`",
        "remove the quotes",
    ),
    "call: claen_up": (
        "cron.jobs.x.call: expected `trigger_worker`, `cleanup` or `maintain`, found `claen_up`",
        "did you mean `cleanup`?",
    ),
    "sql: select 1": ("cron.jobs.x: expected exactly one of `call` and `sql`", None),
    "call: null": ("cron.jobs.x: expected exactly one of `call` and `sql`", None),
}

SQL_CASES = {
    "select 1; select 2": (
        "cron.jobs.x.sql: expected one SQL statement, found 2",
        "put several statements into a function and call it",
    ),
    "-- nothing": (
        "cron.jobs.x.sql: expected one SQL statement, found 0",
        "put several statements into a function and call it",
    ),
    "select 1 fro t": (
        (
            "cron.jobs.x.sql: expected one SQL statement, but line 1, column 14 of it is a syntax "
            "error"
        ),
        "try the statement in psql",
    ),
    "select decrypted_secret from vault.decrypted_secrets where name = 'runner_secrt'": (
        "cron.jobs.x.sql: names a secret that vault.secrets does not declare",
        "did you mean `runner_secret`? declared: endpoint_url, runner_secret",
    ),
    "drop subscription s": (
        "cron.jobs.x.sql: cannot be kept from running in a copy of the database",
        "set guard: false beside it, if a copy may run it too",
    ),
}

WORKER_CASES = {
    "header: Host": (
        "worker.header: expected a header that neither pg_net nor supaops sets, found `Host`",
        "write x-job-runner-secret",
    ),
    "header: X-Supaops-Dispatch": (
        (
            "worker.header: expected a header that neither pg_net nor supaops sets, "
            "found `X-Supaops-Dispatch`"
        ),
        "write x-job-runner-secret",
    ),
    "header: X-Supaops-Nonce": (
        (
            "worker.header: expected a header that neither pg_net nor supaops sets, "
            "found `X-Supaops-Nonce`"
        ),
        "write x-job-runner-secret",
    ),
    "header: 'x y'": (
        "worker.header: expected an HTTP header name: letters, digits and -, found `x y`",
        "write x-job-runner-secret",
    ),
    "timeout: 5m": (
        "worker.timeout: expected less than queue.lease, which is 5m",
        "shorten it, or lengthen the lease: a job would run twice",
    ),
    "batch_limit: 1001": ("worker.batch_limit: expected at most 1000, found `1001`", None),
    "posts_per_tick: 0": ("worker.posts_per_tick: expected at least 1, found `0`", None),
    "posts_per_tick: 21": ("worker.posts_per_tick: expected at most 20, found `21`", None),
    "skip_when_idle: yes": (
        "worker.skip_when_idle: `yes` is not a boolean in YAML 1.2",
        "write true",
    ),
    "wake_on_enqueue: 99ms": (
        "worker.wake_on_enqueue: expected from 100ms to 1m, found `99ms`",
        None,
    ),
    "wake_on_enqueue: 61s": (
        "worker.wake_on_enqueue: expected from 100ms to 1m, found `61s`",
        None,
    ),
    "wake_on_enqueue: 1": (
        f"worker.wake_on_enqueue: {DURATION}, found `1`",
        "write 1s if seconds are meant",
    ),
    "wake_on_enqueue: true": (f"worker.wake_on_enqueue: {DURATION}, found `true`", None),
}

DATABASE_CASES = {
    "postgresql://me:hunter2@db/x": (
        "database.url: the URL holds a password, which never stands in the file",
        "put the URL in an environment variable and write env(DATABASE_URL)",
    ),
    "postgresql://me@db/x?password=hunter2": (
        "database.url: the URL holds a password, which never stands in the file",
        "put the URL in an environment variable and write env(DATABASE_URL)",
    ),
    "host=db password=hunter2": (
        (
            "database.url: expected env(NAME), file(PATH), cmd(...), local, or a URL such as "
            "postgresql://postgres@localhost:5432/postgres"
        ),
        "write env(DATABASE_URL)",
    ),
    "postgresql://me:hunt/er2@db/x": (
        (
            "database.url: expected env(NAME), file(PATH), cmd(...), local, or a URL such as "
            "postgresql://postgres@localhost:5432/postgres"
        ),
        "write env(DATABASE_URL)",
    ),
    "${DATABASE_URL}": (
        (
            "database.url: expected env(NAME), file(PATH) or cmd(...), "
            "for a secret's value never stands in the file"
        ),
        "write env(DATABASE_URL)",
    ),
    "env(DATABASE-URL)": (
        (
            "database.url: expected env(NAME), file(PATH) or cmd(...), "
            "for a secret's value never stands in the file"
        ),
        "put the value in an environment variable and write env(ITS_NAME)",
    ),
}

Case = tuple[str, tuple[str, str | None]]


def _only(found: list[SupaopsError], expected: tuple[str, str | None]) -> None:
    assert [(problem.message, problem.hint) for problem in found] == [expected]


@pytest.mark.parametrize("case", QUEUE_CASES.items(), ids=QUEUE_CASES)
def test_a_bad_line_of_the_queue_is_explained(case: Case, problems: Problems, good: str) -> None:
    _only(problems(good.replace("queue:\n", f"queue:\n  {case[0]}\n")), case[1])


@pytest.mark.parametrize("case", TASK_CASES.items(), ids=TASK_CASES)
def test_a_bad_line_of_a_task_type_is_explained(case: Case, problems: Problems, good: str) -> None:
    _only(problems(good.replace("sync: {}", f"sync:\n      {case[0]}")), case[1])


@pytest.mark.parametrize("case", CRON_CASES.items(), ids=CRON_CASES)
def test_a_bad_line_of_a_cron_job_is_explained(case: Case, problems: Problems, good: str) -> None:
    lines = {"schedule": "schedule: '@daily'", "call": "call: cleanup"}
    lines[case[0].split(":")[0]] = case[0]
    section = "".join(f"      {line}\n" for line in lines.values())
    _only(problems(f"{good}cron:\n  jobs:\n    x:\n{section}"), case[1])


@pytest.mark.parametrize("case", SQL_CASES.items(), ids=SQL_CASES)
def test_bad_sql_of_a_cron_job_is_explained(case: Case, problems: Problems, good: str) -> None:
    job = f'cron: {{jobs: {{x: {{schedule: "@daily", sql: "{case[0]}"}}}}}}\n'
    _only(problems(good + job), case[1])


@pytest.mark.parametrize("unguarded", ["", "clone_guard: false\n"])
def test_what_cannot_be_guarded_may_be_left_without(
    write: Callable[..., Path], good: str, unguarded: str
) -> None:
    guard = "" if unguarded else "guard: false, "
    job = f'cron: {{jobs: {{x: {{{guard}schedule: "@daily", sql: drop subscription s}}}}}}\n'
    assert load(write(f"{good}{unguarded}{job}"), "local").cron.jobs["x"].sql


@pytest.mark.parametrize("case", WORKER_CASES.items(), ids=WORKER_CASES)
def test_a_bad_line_of_the_worker_is_explained(case: Case, problems: Problems, good: str) -> None:
    _only(problems(good.replace("worker:\n", f"worker:\n  {case[0]}\n")), case[1])


@pytest.mark.parametrize("case", DATABASE_CASES.items(), ids=DATABASE_CASES)
def test_a_bad_database_url_is_explained(case: Case, problems: Problems, good: str) -> None:
    _only(problems(good.replace("env(DATABASE_URL)", case[0])), case[1])
