"""From `env(NAME)` to a value, without ever showing one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from supaops.config import load, resolve
from supaops.errors import ConfigError

Write = Callable[..., Path]

SECRET = "correct-horse-battery"
GOOD_ENVIRON = {
    "DATABASE_URL": "postgresql://postgres:pw@db:5432/postgres",
    "ENDPOINT_URL": "https://worker.example/api/jobs/run",
    "RUNNER_SECRET": SECRET,
}
RUNNER = (
    "queue.yaml:13:21: vault.secrets.runner_secret.value: the environment variable RUNNER_SECRET "
)
ENDPOINT = (
    "queue.yaml:12:20: vault.secrets.endpoint_url.value: the environment variable ENDPOINT_URL "
)

BAD_RUNNER = {
    "": "is empty",
    " \n": "is empty",
    "changeme": "holds a placeholder",
    "CHANGE_ME_PLEASE_NOW": "holds a placeholder",
    "env(RUNNER_SECRET)": "holds a placeholder",
    "<your secret here>": "holds a placeholder",
    "${RUNNER_SECRET}": "holds a placeholder",
    "fifteen-letters": "must hold at least 16 characters",
    f"{SECRET}\n": "cannot be sent in a header",
    f"{SECRET}\r\nx: y": "cannot be sent in a header",
    f" {SECRET}": "cannot be sent in a header",
    f"{SECRET}\x7f": "cannot be sent in a header",
    f"{SECRET}\u20ac": "cannot be sent in a header",
    f"{SECRET}\udcff": "is not valid UTF-8 text",
}

BAD_ENDPOINT = {
    "worker.example/run": "must hold an http or https URL",
    "ftp://worker.example": "must hold an http or https URL",
    "https://": "must hold an http or https URL",
    "https://worker.example:99999/": "must hold an http or https URL",
    "https://[::1/": "must hold an http or https URL",
    "https://worker.example/\n": "must hold an http or https URL",
    "https://worker.example/a b": "must hold an http or https URL",
    "https://worker.example/#x": "must hold an http or https URL",
    "https://me:pw@worker.example/": "must hold a URL without credentials",
}


@pytest.mark.parametrize(("value", "fault"), BAD_RUNNER.items())
def test_an_unfit_runner_secret_is_refused_unseen(value: str, fault: str, write: Write) -> None:
    _assert_refused(write, "RUNNER_SECRET", value, RUNNER + fault)


@pytest.mark.parametrize(("value", "fault"), BAD_ENDPOINT.items())
def test_an_unfit_endpoint_is_refused_unseen(value: str, fault: str, write: Write) -> None:
    _assert_refused(write, "ENDPOINT_URL", value, ENDPOINT + fault)


def _assert_refused(write: Write, name: str, value: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(load(write(), "local"), {**GOOD_ENVIRON, name: value})
    (problem,) = caught.value.problems
    assert str(problem).startswith(message)
    assert problem.hint == f"export {name}=..."
    assert not value.strip() or value not in f"{problem} {caught.value}"


def test_every_unset_variable_is_named_at_once(write: Write) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(load(write(), "local"), {})
    assert [str(problem) for problem in caught.value.problems] == [
        "queue.yaml:3:3: database.url: the environment variable DATABASE_URL is not set",
        f"{ENDPOINT}is not set",
        f"{RUNNER}is not set",
    ]


def test_values_come_back_sealed(write: Write) -> None:
    resolved = resolve(load(write(), "local"), GOOD_ENVIRON)
    assert resolved.database_url is not None
    assert resolved.database_url.get_secret_value() == GOOD_ENVIRON["DATABASE_URL"]
    assert resolved.secrets["runner_secret"].get_secret_value() == SECRET
    assert SECRET not in repr(resolved)
    assert "pw@db" not in repr(resolved)


def test_the_local_database_needs_no_variable(write: Write, good: str) -> None:
    base = good.replace("env(DATABASE_URL)", "local")
    environ = {name: value for name, value in GOOD_ENVIRON.items() if name != "DATABASE_URL"}
    assert resolve(load(write(base), "local"), environ).database_url is None


def test_a_url_in_the_file_is_used_as_it_stands(write: Write, good: str) -> None:
    url = "postgresql://postgres@localhost:5432/postgres"
    config = load(write(good.replace("env(DATABASE_URL)", url)), "local")
    resolved = resolve(config, GOOD_ENVIRON).database_url
    assert resolved is not None
    assert resolved.get_secret_value() == url
