"""A run of checks for programs: JSON, its schema, and what it keeps of earlier formats."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from supaops import __version__
from supaops.config.thresholds import Thresholds
from supaops.report.health.document import HealthDocument, as_json, schema
from supaops.status import Severity
from tests.projects import ROOT
from tests.unit.report.samples import EVERY, HOSTILE, MOMENT, PLACE, finding, measured, written

VALIDATOR = jsonschema.Draft202012Validator(
    json.loads(schema()), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)


def answer(*findings: Any, **given: Any) -> Any:
    """Return what a program reads; it is as the schema says."""
    found = json.loads(as_json(written(*findings, **given)))
    VALIDATOR.validate(found)
    return found


def test_the_published_schema_is_that_of_the_document() -> None:
    published = ROOT / "docs" / "reference" / "findings.schema.json"
    assert published.read_text(encoding="utf-8") == schema()
    assert set(answer(*EVERY)) == set(json.loads(schema())["properties"])


def test_the_keys_of_the_first_format_mean_what_they_did() -> None:
    found = answer(*EVERY)
    assert found["format_version"].startswith("1.")
    assert found["status"] == "CRITICAL"
    assert [{key: each[key] for key in ("id", "severity", "observed", "fix")}
            for each in found["findings"][:2]] == [
        {"id": "conn.reachable", "severity": "OK", "observed": "postgres as postgres", "fix": ""},
        {"id": "cron.jobs", "severity": "CRITICAL", "observed": "not active: nightly",
         "fix": "do this"},
    ]  # fmt: skip


def test_a_run_says_what_was_looked_at_when_and_what_it_amounts_to() -> None:
    found = answer(*EVERY, exit_status=Severity.CRITICAL)
    assert {key: value for key, value in found.items() if key != "findings"} == {
        "format_version": "1.1",
        "tool_version": __version__,
        "environment": "staging",
        "target": "postgres@db:5432/postgres",
        "started_at": "2026-11-27T12:30:00Z",
        "duration_ms": 250.0,
        "status": "CRITICAL",
        "exit_code": 2,
        "summary": {"ok": 1, "warning": 1, "critical": 1, "unknown": 1, "skipped": 1},
    }


def test_the_exit_code_is_that_of_the_process_not_of_the_worst_check() -> None:
    found = answer(*EVERY, exit_status=Severity.OK)
    assert (found["status"], found["exit_code"]) == ("CRITICAL", 0)


def test_a_finding_says_what_was_measured_against_which_bounds_and_since_when() -> None:
    ages = measured("queue.oldest_ready", 90.5, "s", Thresholds(60.0, None))
    verdict = replace(ages.verdict, since=MOMENT, evidence=("job 7",), declared_at=("queue",))
    [told] = answer(replace(ages, verdict=verdict, duration_s=0.0123))["findings"]
    assert told["duration_ms"] == 12.3
    assert (told["value"], told["unit"], told["warning"], told["critical"]) == (90.5, "s", 60, None)
    assert (told["since"], told["evidence"]) == ("2026-11-27T12:30:00Z", ["job 7"])
    assert (told["declared_at"], told["group"]) == (PLACE, "queue")
    assert told["runbook"] == "docs/runbooks/queue.oldest_ready.md"
    assert (told["title"], told["why"]) == ("all is well", "otherwise it is not")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_value_that_json_cannot_hold_is_null(value: float) -> None:
    assert answer(measured("queue.drain_time", value, "s"))["findings"][0]["value"] is None


def test_any_text_survives_as_ascii() -> None:
    document = written(finding("cron.jobs", Severity.CRITICAL, HOSTILE, evidence=(HOSTILE,)))
    text = as_json(document)
    assert text.isascii()
    [told] = json.loads(text)["findings"]
    assert told["observed"] == told["evidence"][0] == HOSTILE.replace("\udc80", "\\udc80")
    assert HealthDocument.model_validate_json(text) == document


def test_what_is_wrong_comes_worst_first_and_in_the_order_of_the_chain() -> None:
    also = finding("vault.missing", Severity.CRITICAL)
    told = [each.id for each in written(*EVERY, also).worst_first]
    assert told == ["cron.jobs", "vault.missing", "net.answers", "cron.ticks"]
