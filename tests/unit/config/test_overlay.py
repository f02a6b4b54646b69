"""How an overlay changes the base file."""

from __future__ import annotations

from supaops.config.document import Document, parse
from supaops.config.overlay import merge

BASE = """\
cron:
  jobs:
    a: {schedule: x, active: true}
    b: {schedule: y}
queue:
  retention: {failed: 1d}
  list: [1, 2]
"""


def _merged(overlay: str) -> Document:
    return merge(parse(BASE, "base"), parse(overlay, "over"))


def test_mappings_merge_key_by_key() -> None:
    merged = _merged("cron: {jobs: {a: {active: false}, c: {schedule: z}}}\n")
    assert merged.data["cron"]["jobs"] == {
        "a": {"schedule": "x", "active": False},
        "b": {"schedule": "y"},
        "c": {"schedule": "z"},
    }


def test_a_list_replaces_the_list() -> None:
    merged = _merged("queue: {list: [3]}\n")
    assert merged.data["queue"]["list"] == [3]
    assert ("queue", "list", 1) not in merged.spots


def test_null_removes_an_entry_of_a_named_collection() -> None:
    merged = _merged("cron: {jobs: {a: null}}\n")
    assert list(merged.data["cron"]["jobs"]) == ["b"]
    assert not merged.problems


def test_null_elsewhere_is_a_value() -> None:
    assert _merged("queue: {retention: {failed: null}}\n").data["queue"]["retention"] == {
        "failed": None
    }


def test_null_for_an_entry_that_is_not_there_is_a_problem() -> None:
    (problem,) = _merged("cron: {jobs: {aa: null}}\n").problems
    assert str(problem) == (
        "over:1:15: cron.jobs.aa: null removes an entry, but the base file has none"
    )
    assert problem.hint == "did you mean `a`? remove the line"


def test_each_spot_is_that_of_the_value_that_won() -> None:
    spots = _merged("cron: {jobs: {a: {active: false}}}\n").spots
    assert str(spots["cron", "jobs", "a", "active"].value) == "over:1:27"
    assert str(spots["cron", "jobs", "a", "schedule"].value) == "base:3:19"


def test_the_base_document_stays_as_it_was() -> None:
    base = parse(BASE, "base")
    merge(base, parse("cron: {jobs: {a: null, b: {schedule: q}}}\n", "over"))
    assert base.data == parse(BASE, "base").data
