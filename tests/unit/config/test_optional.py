"""References that may lead to nothing: then what they are for is off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from supaops.config import Outside, load, resolve
from supaops.config.outside import Unread
from supaops.config.resolution import Resolved
from supaops.errors import ConfigError
from tests.unit.config.test_resolution import GOOD_ENVIRON

Write = Callable[..., Path]
DSN = "https://0123456789abcdef@o1.ingest.sentry.io/42"
SENTRY = "sentry: {dsn: env(SENTRY_DSN)}\n"


def resolved(write: Write, good: str, more: str, outside: Outside, **environ: str) -> Resolved:
    return resolve(load(write(good + more), "local"), {**GOOD_ENVIRON, **environ}, outside)


@pytest.mark.parametrize("environ", [{}, {"SENTRY_DSN": ""}, {"SENTRY_DSN": " "}])
def test_an_unset_variable_turns_sentry_off_in_silence(
    write: Write, good: str, environ: dict[str, str]
) -> None:
    assert resolved(write, good, SENTRY, Outside(), **environ).sentry_dsn is None


def test_neither_is_declared_by_default(write: Write, good: str) -> None:
    found = resolved(write, good, "", Outside(), SENTRY_DSN=DSN)
    assert (found.sentry_dsn, found.heartbeat_url) == (None, None)


@pytest.mark.parametrize("dsn", [DSN, "http://key@127.0.0.1:9000/7", "https://k:old@host/a/b/1"])
def test_a_dsn_comes_back_sealed(write: Write, good: str, dsn: str) -> None:
    found = resolved(write, good, SENTRY, Outside(), SENTRY_DSN=dsn)
    assert found.sentry_dsn
    assert found.sentry_dsn.get_secret_value() == dsn
    assert dsn not in repr(found)


@pytest.mark.parametrize(
    "dsn",
    [
        "no dsn",
        "https://o1.ingest.sentry.io/42",
        "https://key@o1.ingest.sentry.io/",
        "https://key@o1.ingest.sentry.io/project",
        "https://key@o1.ingest.sentry.io/42?a=b",
        "ftp://key@host/1",
        "https://key@host:port/1",
        "https://key@host/\u0664",
    ],
)
def test_what_is_no_dsn_is_refused_unseen_with_its_place(write: Write, good: str, dsn: str) -> None:
    found = resolved(write, good, SENTRY, Outside(), SENTRY_DSN=dsn)
    with pytest.raises(ConfigError) as caught:
        _ = found.sentry_dsn
    (problem,) = caught.value.problems
    assert str(problem) == (
        "queue.yaml:14:10: sentry.dsn: the environment variable SENTRY_DSN must hold a DSN such as "
        "https://KEY@HOST/PROJECT, with a number for the project"
    )
    assert problem.hint == "export SENTRY_DSN=..."


def test_a_dsn_in_the_file_is_refused_unseen(write: Write, good: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(f"{good}sentry: {{dsn: {DSN}}}\n"), "local")
    assert DSN not in str(caught.value)
    assert "sentry.dsn" in str(caught.value)


def unreadable(_path: Path) -> str:
    raise Unread("is not there", "write it")


def test_another_reference_that_leads_to_nothing_is_a_fault(write: Write, good: str) -> None:
    declared = "sentry: {dsn: file(dsn)}\nwatch: {heartbeat: file(beat)}\n"
    found = resolved(write, good, declared, Outside(read=unreadable))
    with pytest.raises(ConfigError, match=r"sentry\.dsn: the file dsn is not there"):
        _ = found.sentry_dsn
    with pytest.raises(ConfigError, match=r"watch\.heartbeat: the file beat is not there"):
        _ = found.heartbeat_url


def test_a_program_is_run_once_and_only_for_who_asks(write: Write, good: str) -> None:
    calls: list[Sequence[str]] = []

    def run(words: Sequence[str], _folder: Path) -> str:
        calls.append(words)
        return DSN

    found = resolved(write, good, "sentry: {dsn: cmd(op read x)}\n", Outside(run=run))
    assert calls == []
    assert found.sentry_dsn == found.sentry_dsn
    assert len(calls) == 1


def test_a_heartbeat_is_a_url_that_may_hold_credentials(write: Write, good: str) -> None:
    beat = "watch: {heartbeat: env(BEAT)}\n"
    found = resolved(write, good, beat, Outside(), BEAT="https://me:pw@hc.example/ping/1")
    assert found.heartbeat_url
    assert resolved(write, good, beat, Outside()).heartbeat_url is None
    with pytest.raises(ConfigError, match="must hold an http or https URL"):
        _ = resolved(write, good, beat, Outside(), BEAT="hc.example").heartbeat_url
