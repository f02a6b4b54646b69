"""The differences of two environments, without a database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from supaops.compare import Comparison, compare, declared
from supaops.config import load
from supaops.render import resources
from supaops.report.environments import comparison_json, comparison_lines, comparison_markdown
from tests.projects import ROOT, base_file, lay_out, overlay_file

TOKEN = "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lay_out(tmp_path, "{}\n")
    return tmp_path


def environment(folder: Path, name: str, overlay: str) -> None:
    overlay_file(folder).with_name(f"{name}.yaml").write_text(overlay, encoding="utf-8")


def held(folder: Path, first: str = "test", second: str = "other") -> Comparison:
    configs = [load(base_file(folder), name) for name in (first, second)]
    return compare(first, second, *(declared(each, resources(each)) for each in configs))


def names(found: Comparison) -> list[tuple[str, str]]:
    return [(each.group, each.name) for each in found.differences]


def test_equal_environments_are_the_same(folder: Path) -> None:
    environment(folder, "other", "# nothing else\n{}\n")
    found = held(folder)
    assert found.is_same
    assert [line.plain for line in comparison_lines(found)] == ["test and other are the same."]


def test_a_setting_is_told_beside_the_resources_that_follow_from_it(folder: Path) -> None:
    environment(folder, "other", "worker: {timeout: 7s}\n")
    found = names(held(folder))
    assert found[0] == ("settings", "worker.timeout")
    assert ("resources", "function.supaops.post_to_worker") in found
    assert held(folder).differences[0].lines == ["-5s", "+7s"]


def test_what_only_one_has_is_told_as_such(folder: Path) -> None:
    job = "cron: {jobs: {nightly: {schedule: '@daily', sql: select 1}}}\n"
    environment(folder, "other", job)
    lines = [line.plain for line in comparison_lines(held(folder))]
    assert "  + cron_job.nightly  only in other" in lines
    assert "  - cron_job.nightly  only in other" in [
        line.plain for line in comparison_lines(held(folder, "other", "test"))
    ]


def test_a_secret_differs_by_its_source_and_never_by_its_value(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTHER_SECRET", "hush-hush-hush-hush")
    environment(
        folder, "other", "vault: {secrets: {job_queue_runner_secret: {value: env(OTHER_SECRET)}}}\n"
    )
    found = held(folder)
    assert names(found) == [("secrets", "job_queue_runner_secret")]
    assert found.differences[0].lines[:2] == [
        "-value: env(JOB_QUEUE_RUNNER_SECRET)",
        "+value: env(OTHER_SECRET)",
    ]
    assert "hush" not in json.dumps(comparison_json(found))


def test_a_text_with_a_secret_in_it_is_not_shown() -> None:
    first, second = ({"live objects": {"cron_job.x": f"{word} {TOKEN}"}} for word in ("a", "b"))
    found = compare("a", "b", first, second)
    told = comparison_markdown(found) + json.dumps(comparison_json(found))
    told += "".join(line.plain for line in comparison_lines(found))
    assert not found.is_same
    assert TOKEN not in told
    assert found.differences[0].lines == ["(not shown: it holds a JSON web token)"]


def test_a_group_that_only_one_can_tell_about_is_named() -> None:
    found = compare("a", "b", {"x": {"k": "1"}, "y": {"k": "1"}}, {"x": {"k": "1"}})
    assert found.differences == ()
    assert not found.is_same
    assert found.unread == ("y: cannot be read in b",)


def test_markdown_holds_any_text_in_its_fences() -> None:
    found = compare("a", "b", {"g": {"n`": "```\n~~~"}}, {"g": {"n`": "x"}})
    text = comparison_markdown(found)
    assert "````diff\n" in text
    assert text.count("````") == 2


def test_the_repositorys_own_environments_are_compared() -> None:
    configs = [load(base_file(ROOT), name) for name in ("staging", "production")]
    facts = [declared(each, resources(each)) for each in configs]
    assert compare("staging", "production", *facts).is_same
