"""What the next migration brings, told by the files before it; no database is needed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from supaops.config import load
from supaops.errors import Refused, SupaopsError, UsageError
from supaops.migration import next_migration
from supaops.migration.due import due
from supaops.render import Kind, Resource, resources
from tests.migration.conftest import NOON, upcoming, write
from tests.projects import QUIET_CRON, Project

EXTRA = f"{QUIET_CRON}    extra: {{schedule: '0 0 1 1 *', sql: select 1}}\n"
WAKING = f"{QUIET_CRON}\nworker: {{wake_on_enqueue: 1s}}\n"


def migrations(project: Project) -> list[str]:
    return sorted(path.name for path in (project.folder / "supabase" / "migrations").glob("*"))


def addresses(found: list[Resource] | tuple[Resource, ...]) -> set[str]:
    return {each.address for each in found}


def test_the_first_migration_holds_everything_that_is_declared(offline: Project) -> None:
    found = write(offline)
    assert found.due.put == resources(offline.config)
    assert migrations(offline) == ["20261127120000_supaops.sql"]


def test_without_a_change_nothing_is_written(offline: Project) -> None:
    write(offline)
    again = write(offline)
    assert not again.is_due
    assert migrations(offline) == ["20261127120000_supaops.sql"]


def test_the_same_inputs_and_time_give_the_same_bytes(offline: Project) -> None:
    assert upcoming(offline).text == upcoming(offline).text


def test_a_later_migration_holds_what_changed_alone(offline: Project) -> None:
    write(offline)
    offline.write_overlay(EXTRA)
    found = write(offline, "extra")
    assert addresses(found.due.put) == {"cron_job.extra"}
    assert found.path.name == "20261127120001_extra.sql"
    assert not write(offline).is_due


def test_the_grants_of_a_changed_function_come_along(offline: Project) -> None:
    write(offline)
    offline.write_overlay(WAKING)
    changed = addresses(upcoming(offline).due.put)
    functions = {each for each in changed if each.startswith("function.")}
    assert functions
    assert {each.replace("function.", "grant.", 1) for each in functions} <= changed


def test_what_is_no_longer_declared_is_deleted_on_request_alone(offline: Project) -> None:
    offline.write_overlay(EXTRA)
    write(offline)
    offline.write_overlay(QUIET_CRON)
    kept = upcoming(offline)
    assert (kept.is_due, kept.due.left) == (False, ("cron_job.extra",))
    pruned = write(offline, "without_extra", prune=True)
    assert pruned.due.removed == ("cron_job.extra",)
    assert not upcoming(offline, prune=True).is_due


def test_deletions_come_in_the_reverse_order_of_creation() -> None:
    kinds = (Kind.FUNCTION, Kind.VIEW, Kind.TRIGGER, Kind.CRON_JOB)
    held = {f"{kind}.public.x": "1" * 64 for kind in kinds}
    found = due([], held, prune=True)
    assert [each.split(".")[0] for each in found.removed] == [str(kind) for kind in kinds[::-1]]


def test_a_schema_step_with_another_text_is_refused(offline: Project) -> None:
    declared = resources(offline.config)
    held = {each.address: each.sha256 for each in declared}
    first = replace(declared[0], definition="create schema other")
    with pytest.raises(Refused, match="append-only"):
        due([first, *declared[1:]], held, prune=False)


@pytest.mark.parametrize("prune", [False, True])
def test_a_schema_step_of_a_newer_version_is_refused(prune: bool) -> None:  # noqa: FBT001  pytest's
    with pytest.raises(Refused, match=r"schema\.999_later: unknown to this version"):
        due([], {"schema.999_later": "1" * 64}, prune=prune)


def test_an_edited_migration_is_refused_and_nothing_is_written(offline: Project) -> None:
    first = write(offline).path
    first.write_text(
        first.read_text(encoding="utf-8") + "drop table job_queue;\n", encoding="utf-8"
    )
    offline.write_overlay(EXTRA)
    with pytest.raises(Refused, match="was edited") as caught:
        write(offline)
    assert caught.value.place == str(first)
    assert migrations(offline) == [first.name]


def test_migrations_of_one_environment_are_not_continued_for_another(offline: Project) -> None:
    write(offline)
    overlay = offline.folder / "ops" / "config" / "environments"
    shutil.copy(overlay / "test.yaml", overlay / "staging.yaml")

    other = load(offline.config_path, "staging")
    with pytest.raises(Refused, match="was written for environment test, and this is staging"):
        next_migration(offline.folder, other, what="supaops", now=NOON, prune=False)


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ("20261127115959_theirs.sql", "20261127120000"),
        ("20261127120000_theirs.sql", "20261127120001"),
        ("20261231235959_theirs.sql", "20270101000000"),
        ("0001_theirs.sql", "20261127120000"),
        ("notes.txt", "20261127120000"),
    ],
)
def test_a_migration_comes_after_all_that_are_there(
    offline: Project, there: str, expected: str
) -> None:
    folder = offline.folder / "supabase" / "migrations"
    folder.mkdir(parents=True)
    (folder / there).write_text("select 1;\n", encoding="utf-8")
    assert write(offline).path.name == f"{expected}_supaops.sql"


def test_the_clock_of_another_zone_gives_the_time_in_utc(offline: Project) -> None:
    berlin = NOON.astimezone(timezone(timedelta(hours=1)))
    assert upcoming(offline, now=berlin).path == upcoming(offline).path


@pytest.mark.parametrize("what", ["", "../up", "a b", "x" * 101, "ö", "a.sql"])
def test_a_name_that_is_no_part_of_a_files_is_a_usage_error(offline: Project, what: str) -> None:
    with pytest.raises(UsageError):
        upcoming(offline, what)


def test_a_folder_that_cannot_be_written_is_named(offline: Project) -> None:
    (offline.folder / "supabase").write_text("a file", encoding="utf-8")
    with pytest.raises(SupaopsError) as caught:
        write(offline)
    assert "supabase" in str(caught.value.place)


def test_no_value_of_a_secret_is_in_the_file(offline: Project) -> None:
    text = upcoming(offline).text
    assert "decrypted_secret" in text  # they are compared in the database
    assert "create_secret(\n" not in text
    assert "http://" not in text


def test_a_half_written_file_is_never_left_behind(
    offline: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(SupaopsError, match="No space left"):
        write(offline)
    assert not [name for name in migrations(offline) if name.endswith(".sql")]
