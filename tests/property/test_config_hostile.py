"""Hostile texts in every key: a ConfigError or a faithful round trip, never anything else."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from supaops.config import Config, load, resolve
from supaops.config.document import parse
from supaops.config.duration import LONGEST, format_duration, parse_duration
from supaops.config.places import KeyPath
from supaops.config.problem import Complaint
from supaops.errors import ConfigError

CHARACTERS = st.characters() | st.sampled_from(
    list("'\"\\$`{}%:#&*!|>-\n\r\t\0@,[]\u2028\ud800\U0001f600")
)
HOSTILE = st.text(CHARACTERS, max_size=40) | st.sampled_from(
    [
        "$$",
        "{{ x }}",
        "{% raw %}",
        "'; drop table x; --",
        "\\",
        "'",
        "\\'",
        "E'\\x27'",
        "\ufeff",
        "%s",
    ]
)

# Free text that must come back letter by letter whenever it is accepted.
TEXT_KEYS: list[KeyPath] = [
    ("queue", "task_types", "sync", "description"),
    ("queue", "task_types", "sync", "payload", "title"),
    ("queue", "task_types", "sync", "payload", "const"),
    ("vault", "secrets", "runner_secret", "description"),
    ("cron", "jobs", "tick", "description"),
    ("smoke", "payload", "key"),
]
# Texts with a grammar: most hostile ones are refused.
GRAMMAR_KEYS: list[KeyPath] = [
    ("version",),
    ("database", "url"),
    ("queue", "name"),
    ("queue", "schema"),
    ("queue", "lease"),
    ("queue", "retry", "factor"),
    ("queue", "limits", "default", "rate"),
    ("queue", "task_types", "sync", "queue"),
    ("queue", "task_types", "sync", "max_attempts"),
    ("queue", "task_types", "sync", "payload", "type"),
    ("queue", "task_types", "sync", "payload", "pattern"),
    ("worker", "endpoint"),
    ("worker", "secret"),
    ("worker", "header"),
    ("vault", "secrets", "runner_secret", "value"),
    ("cron", "jobs", "tick", "schedule"),
    ("cron", "jobs", "tick", "call"),
    ("cron", "jobs", "tick", "active"),
    ("smoke", "task_type"),
]
# Sections whose keys are free or misspelt.
NAME_KEYS: list[KeyPath] = [
    (),
    ("queue",),
    ("queue", "task_types"),
    ("queue", "task_types", "sync", "payload"),
    ("queue", "task_types", "sync", "payload", "properties"),
    ("vault", "secrets"),
    ("cron", "jobs"),
    ("smoke", "payload"),
]


def _good() -> dict[str, Any]:
    return {
        "version": 1,
        "database": {"url": "env(DATABASE_URL)"},
        "queue": {
            "task_types": {"sync": {"payload": {"type": "object", "properties": {}}}},
            "retry": {},
            "limits": {"default": {}},
        },
        "worker": {"endpoint": "endpoint_url", "secret": "runner_secret"},
        "vault": {
            "secrets": {
                "endpoint_url": {"value": "env(ENDPOINT_URL)"},
                "runner_secret": {"value": "env(RUNNER_SECRET)"},
            }
        },
        "cron": {"jobs": {"tick": {"schedule": "@daily", "call": "cleanup"}}},
        "smoke": {"payload": {}},
    }


def _section(data: dict[str, Any], path: KeyPath) -> dict[str, Any]:
    for key in path:
        data = data[str(key)]
    return data


def _load(base: str, overlay: str = "{}") -> Config:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "environments").mkdir()
        (Path(folder) / "environments/local.yaml").write_bytes(
            overlay.encode("utf-8", "surrogatepass")
        )
        (path := Path(folder) / "queue.yaml").write_bytes(base.encode("utf-8", "surrogatepass"))
        return load(path, "local")


def _assert_presentable(error: ConfigError) -> None:
    for problem in error.problems:
        shown = f"{problem}{problem.hint}"
        assert "\n" not in shown
        assert "Value error" not in shown
        shown.encode()


@pytest.mark.parametrize("path", TEXT_KEYS, ids=".".join)
@settings(max_examples=40)
@given(text=HOSTILE)
def test_free_text_comes_back_unchanged_or_is_refused(path: KeyPath, text: str) -> None:
    data = _good()
    _section(data, path[:-1])[str(path[-1])] = text
    try:
        config = _load(json.dumps(data))
    except ConfigError as error:
        _assert_presentable(error)
        assert "\0" in text or "\ud800" in text or not text.isascii()
    else:
        assert _section(config.model_dump(by_alias=True), path[:-1])[str(path[-1])] == text


@pytest.mark.parametrize("path", GRAMMAR_KEYS, ids=".".join)
@settings(max_examples=40)
@given(text=HOSTILE)
def test_a_text_with_a_grammar_is_read_or_refused(path: KeyPath, text: str) -> None:
    data = _good()
    _section(data, path[:-1])[str(path[-1])] = text
    try:
        _load(json.dumps(data))
    except ConfigError as error:
        _assert_presentable(error)


@pytest.mark.parametrize("path", NAME_KEYS, ids=".".join)
@settings(max_examples=40)
@given(name=HOSTILE, value=st.sampled_from([None, 1, "x", [], {}, {"value": "env(X)"}]))
def test_a_hostile_key_is_read_or_refused(path: KeyPath, name: str, value: object) -> None:
    data = _good()
    _section(data, path)[name] = value
    try:
        config = _load(json.dumps(data))
    except ConfigError as error:
        _assert_presentable(error)
    else:
        assert name in _section(config.model_dump(by_alias=True), path)


@settings(max_examples=150)
@given(HOSTILE, HOSTILE)
@example("a: 1", "a: &a [*a]")
def test_any_bytes_are_a_config_or_a_config_error(base: str, overlay: str) -> None:
    with suppress(ConfigError):
        _load(base, overlay)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | HOSTILE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(HOSTILE, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100)
@given(path=st.sampled_from([*TEXT_KEYS, *GRAMMAR_KEYS, *NAME_KEYS[1:]]), value=JSON_VALUES)
def test_any_value_in_any_key_is_read_or_refused(path: KeyPath, value: object) -> None:
    data = _good()
    _section(data, path[:-1])[str(path[-1])] = value
    try:
        _load(json.dumps(data))
    except ConfigError as error:
        _assert_presentable(error)


@given(HOSTILE)
def test_a_quoted_text_is_read_as_it_was_written(text: str) -> None:
    with suppress(ConfigError):
        assert parse(json.dumps({"a": text}), "f").data == {"a": text}


@settings(max_examples=100)
@given(st.text(CHARACTERS, max_size=60).map(lambda text: f"Qz7{text}"))
def test_a_resolved_value_is_kept_or_refused_but_never_shown(value: str) -> None:
    environ = {"DATABASE_URL": value, "ENDPOINT_URL": "http://x", "RUNNER_SECRET": value}
    shown, kept = _resolution(environ)
    assert value not in shown
    assert kept in (None, value)


def _resolution(environ: dict[str, str]) -> tuple[str, str | None]:
    """Return the text of the error, or the secret that came through."""
    try:
        resolved = resolve(_load(json.dumps(_good())), environ)
    except ConfigError as error:
        return "".join(f"{problem}{problem.hint}" for problem in error.problems), None
    return repr(resolved), resolved.secrets["runner_secret"].get_secret_value()


@given(st.timedeltas(timedelta(), LONGEST).map(lambda value: value // timedelta(milliseconds=1)))
def test_a_duration_survives_being_written_and_read(milliseconds: int) -> None:
    duration = timedelta(milliseconds=milliseconds)
    assert parse_duration(format_duration(duration)) == duration


@given(HOSTILE | st.from_regex(r"[0-9]{1,30}(d|h|m|s|ms){1,3}"))
def test_any_text_is_a_duration_or_a_complaint(text: str) -> None:
    with suppress(Complaint):
        assert timedelta() <= parse_duration(text) <= LONGEST
