"""The lines of `[db.vault]`: added where they belong, and no other byte moves."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from supaops.errors import RenderError
from supaops.migration.vault_lines import uses_pg_delta, with_vault_lines
from tests.migration.conftest import upcoming, write
from tests.projects import Project

WANTED = {"endpoint": "env(ENDPOINT)", "secret": "env(SECRET)"}
LINES = 'endpoint = "env(ENDPOINT)"\nsecret = "env(SECRET)"\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"\n[db.vault]\n{LINES}"),
        ("[db]\nport = 1\n", f"[db]\nport = 1\n\n[db.vault]\n{LINES}"),
        ("[db]\nport = 1", f"[db]\nport = 1\n\n[db.vault]\n{LINES}"),
        ("# [db.vault]\n# a = 1\n", f"# [db.vault]\n# a = 1\n\n[db.vault]\n{LINES}"),
        ("[db.vault] # ours\n\n[api]\n", f"[db.vault] # ours\n{LINES}\n[api]\n"),
        (" [ db . 'vault' ]\nother = 'x'\n", f" [ db . 'vault' ]\n{LINES}other = 'x'\n"),
        ("[db.vault]", f"[db.vault]\n{LINES}"),
        (
            "[a]\ntext = '''\n[db.vault]\n'''\n",
            f"[a]\ntext = '''\n[db.vault]\n'''\n\n[db.vault]\n{LINES}",
        ),
        (
            "[db.vault]\nsecret = 'env(SECRET)'\n",
            "[db.vault]\nendpoint = \"env(ENDPOINT)\"\nsecret = 'env(SECRET)'\n",
        ),
    ],
)
def test_lines_are_added_and_every_other_byte_stays(before: str, after: str) -> None:
    assert with_vault_lines(before, WANTED).text == after


def test_the_line_ends_of_the_file_are_kept() -> None:
    after = with_vault_lines("[db.vault]\r\na = 'b'\r\n", WANTED).text
    assert after.count("\r\n") == after.count("\n") == 4


def test_a_line_with_another_value_is_left_and_told() -> None:
    before = "[db.vault]\nsecret = 'something else'\nendpoint = 'env(ENDPOINT)'\n"
    found = with_vault_lines(before, WANTED)
    assert (found.text, found.added, found.different) == (before, (), ("secret",))


@pytest.mark.parametrize("name", ["with space", 'quote"', "dot.ted", "ümlaut", "back\\slash"])
def test_a_name_that_is_no_bare_key_is_quoted(name: str) -> None:
    text = with_vault_lines("", {name: "env(X)"}).text
    assert tomllib.loads(text)["db"]["vault"] == {name: "env(X)"}


@pytest.mark.parametrize(
    "text",
    [
        "db = {port = 1, vault = {}}\n",
        "[db]\nvault = {other = 'x'}\n",
        "[db]\nvault.other = 'x'\n",
        "[db]\nvault = 1\n",
        "[db\n",
    ],
)
def test_what_cannot_be_changed_safely_is_an_error_with_a_remedy(text: str) -> None:
    with pytest.raises(RenderError) as caught:
        with_vault_lines(text, WANTED)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", False),
        ("[experimental.pgdelta]\n", True),
        ("[experimental.pgdelta]\nenabled = false\n", False),
        ("[experimental]\norioledb_version = ''\n", False),
    ],
)
def test_pg_delta_is_seen(text: str, expected: bool) -> None:  # noqa: FBT001  pytest's
    assert uses_pg_delta(text) is expected


def config_toml(project: Project) -> Path:
    path = project.folder / "supabase" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def test_the_declared_secrets_get_their_lines_and_then_nothing_is_due(offline: Project) -> None:
    path = config_toml(offline)
    path.write_text("project_id = 'it'\n", encoding="utf-8")
    write(offline)
    assert tomllib.loads(path.read_text(encoding="utf-8"))["db"]["vault"] == {
        "job_queue_worker_endpoint": "env(JOB_QUEUE_WORKER_ENDPOINT)",
        "job_queue_runner_secret": "env(JOB_QUEUE_RUNNER_SECRET)",
    }
    assert not upcoming(offline).is_due


def test_a_line_that_is_missing_is_due_by_itself(offline: Project) -> None:
    write(offline)
    config_toml(offline).write_text("", encoding="utf-8")
    found = upcoming(offline)
    assert (found.due.is_empty, found.is_due) == (True, True)


def test_without_a_config_toml_none_is_made(offline: Project) -> None:
    found = write(offline)
    assert found.supabase.lines is None
    assert not found.supabase.path.exists()


def test_an_error_in_config_toml_names_it_and_nothing_is_written(offline: Project) -> None:
    path = config_toml(offline)
    path.write_text("[db", encoding="utf-8")
    with pytest.raises(RenderError) as caught:
        write(offline)
    assert caught.value.place == str(path)
    assert not (path.parent / "migrations").exists()


def test_declarative_schemas_are_seen(offline: Project) -> None:
    assert not upcoming(offline).supabase.is_declarative
    (offline.folder / "supabase" / "schemas").mkdir(parents=True)
    assert upcoming(offline).supabase.is_declarative
