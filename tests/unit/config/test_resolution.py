"""From `env(NAME)` to a value, without ever showing one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from supaops.config import Outside, load, resolve, resolve_some
from supaops.config.outside import Unread
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


def refuse(*_: object) -> str:
    raise AssertionError("nothing else may be read")


def outside(values: dict[str, str], api_url: str = "") -> Outside:
    """Return files by path and commands by line."""

    def read(path: Path) -> str:
        return found(str(path.relative_to("root")))

    def run(words: Sequence[str], folder: Path) -> str:
        assert folder == Path("root")
        return found(" ".join(words))

    def found(key: str) -> str:
        if key not in values:
            raise Unread("is not there", "put it there")
        return values[key]

    return Outside(Path("root"), api_url, read, run)


def test_values_come_from_files_and_commands(write: Write, good: str) -> None:
    base = good.replace("env(RUNNER_SECRET)", "file(secrets/runner)")
    base = base.replace("env(DATABASE_URL)", "cmd(op read op://prod/db/url)")
    there = outside({"secrets/runner": SECRET, "op read op://prod/db/url": "postgresql://x@y/z"})
    resolved = resolve(load(write(base), "local"), GOOD_ENVIRON, there)
    assert resolved.secrets["runner_secret"].get_secret_value() == SECRET
    assert resolved.revealed_url == "postgresql://x@y/z"


def test_what_leads_nowhere_is_named_at_once_whatever_its_kind(write: Write, good: str) -> None:
    base = good.replace("env(RUNNER_SECRET)", "file(secrets/runner)")
    base = base.replace("env(DATABASE_URL)", "cmd(op read op://prod/db/url)")
    with pytest.raises(ConfigError) as caught:
        resolve(load(write(base), "local"), {}, outside({}))
    assert [str(problem) for problem in caught.value.problems] == [
        "queue.yaml:3:3: database.url: the command `op` is not there",
        f"{ENDPOINT}is not set",
        "queue.yaml:13:21: vault.secrets.runner_secret.value: the file secrets/runner is not there",
    ]


@pytest.mark.parametrize(("value", "fault"), BAD_RUNNER.items())
def test_a_file_and_a_command_are_held_to_the_same_rules(
    value: str, fault: str, write: Write, good: str
) -> None:
    for written, key in (("file(x)", "x"), ("cmd(get x)", "get x")):
        config = load(write(good.replace("env(RUNNER_SECRET)", f'"{written}"')), "local")
        with pytest.raises(ConfigError) as caught:
            resolve(config, GOOD_ENVIRON, outside({key: value}))
        (problem,) = caught.value.problems
        assert fault in problem.message
        assert not value.strip() or value not in f"{problem} {problem.hint}"


def test_a_command_that_several_keys_name_runs_once(write: Write, good: str) -> None:
    runs: list[Sequence[str]] = []

    def run(words: Sequence[str], _: Path) -> str:
        runs.append(words)
        raise Unread("exited with status 1", "look")

    base = good.replace("env(RUNNER_SECRET)", "cmd(get x)")
    base = base.replace("env(ENDPOINT_URL)", "cmd(get x)")
    with pytest.raises(ConfigError) as caught:
        resolve(load(write(base), "local"), GOOD_ENVIRON, Outside(run=run))
    assert len(caught.value.problems) == 2
    assert runs == [("get", "x")]


PROJECT = "https://abcdefghijklmnopqrst.supabase.co/functions/v1/run"
DIRECT = "postgresql://postgres:pw@db.abcdefghijklmnopqrst.supabase.co:5432/postgres"


def with_project_url(good: str) -> str:
    return good.replace("env(ENDPOINT_URL)", "project_url(/functions/v1/run)")


def test_the_projects_url_follows_the_database(write: Write, good: str) -> None:
    config = load(write(with_project_url(good)), "local")
    resolved = resolve(config, {**GOOD_ENVIRON, "DATABASE_URL": DIRECT})
    assert resolved.secrets["endpoint_url"].get_secret_value() == PROJECT


def test_a_database_elsewhere_has_no_project_url(write: Write, good: str) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(load(write(with_project_url(good)), "local"), GOOD_ENVIRON)
    (problem,) = caught.value.problems
    assert problem.message == (
        "vault.secrets.endpoint_url.value: project_url(/functions/v1/run) "
        "cannot be told from the database's URL"
    )
    assert "db:5432" not in f"{problem} {problem.hint}"


def test_a_database_url_that_is_missing_is_told_once(write: Write, good: str) -> None:
    environ = {"RUNNER_SECRET": SECRET}
    with pytest.raises(ConfigError) as caught:
        resolve(load(write(with_project_url(good)), "local"), environ)
    assert [problem.message for problem in caught.value.problems] == [
        "database.url: the environment variable DATABASE_URL is not set"
    ]


def test_the_local_projects_url_is_the_one_its_database_reaches(write: Write, good: str) -> None:
    base = with_project_url(good).replace("env(DATABASE_URL)", "local")
    config = load(write(base), "local")
    there = outside({}, "http://api.supabase.internal:8000")
    found = resolve(config, GOOD_ENVIRON, there).secrets["endpoint_url"].get_secret_value()
    assert found == "http://api.supabase.internal:8000/functions/v1/run"
    with pytest.raises(ConfigError, match="the local stack has no Supabase API"):
        resolve(config, GOOD_ENVIRON, outside({}))


def test_only_the_secrets_that_are_wanted_are_read(write: Write, good: str) -> None:
    base = good.replace("env(ENDPOINT_URL)", "cmd(get x)")
    config = load(write(base), "local")
    there = Outside(run=refuse)
    resolved, problems = resolve_some(config, GOOD_ENVIRON, there, {"runner_secret"})
    assert problems == []
    assert set(resolved.secrets) == {"runner_secret"}


def test_what_can_be_read_comes_beside_the_problems_of_the_rest(write: Write) -> None:
    environ = {"RUNNER_SECRET": SECRET}
    resolved, problems = resolve_some(load(write(), "local"), environ)
    assert len(problems) == 2
    assert set(resolved.secrets) == {"runner_secret"}
