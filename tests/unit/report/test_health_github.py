"""A run of checks on GitHub: annotations decoded as its runner does, and the run's summary."""

from __future__ import annotations

import re
from urllib.parse import unquote

from supaops.report.health.github import health_annotations, health_markdown
from supaops.report.markdown import MAX_CHARACTERS
from supaops.status import Severity
from tests.unit.report.samples import EVERY, HOSTILE, WELL, finding, written

_COMMAND = re.compile(r"::(?P<level>\w+)(?: (?P<properties>[^:]*))?::(?P<message>.*)")


def decoded(line: str) -> dict[str, str]:
    """Read a workflow command; source: `ActionCommand.TryParseV2` of actions/runner."""
    found = _COMMAND.fullmatch(line)
    assert found, line
    pairs = (pair.split("=", 1) for pair in found["properties"].split(","))
    properties = {key: unquote(value) for key, value in pairs}
    return {"level": found["level"], "message": unquote(found["message"]), **properties}


def test_the_worst_come_first_each_at_its_line_of_the_yaml() -> None:
    told = [decoded(line) for line in health_annotations(written(*EVERY))]
    assert [(each["level"], each["title"]) for each in told] == [
        ("error", "staging: CRITICAL cron.jobs"),
        ("error", "staging: UNKNOWN net.answers"),
        ("warning", "staging: WARNING cron.ticks"),
    ]
    assert {each["file"] for each in told} == {"ops/config/job_queue.yaml"}
    assert (told[0]["line"], told[0]["col"]) == ("12", "7")
    assert told[0]["message"].splitlines() == [
        "not active: nightly",
        "otherwise it is not",
        "fix: do this",
        "runbook: docs/runbooks/cron.jobs.md",
    ]


def test_a_finding_without_a_place_is_of_the_whole_run() -> None:
    [line] = health_annotations(written(EVERY[1], place=None))
    assert "file" not in decoded(line)


def test_a_run_without_a_fault_is_one_notice() -> None:
    [line] = health_annotations(written(*WELL))
    told = decoded(line)
    assert (told["level"], told["title"]) == ("notice", "staging: OK")
    assert told["message"] == "2 of 2 checks OK."


def test_no_text_can_give_a_second_command() -> None:
    hostile = finding("cron.jobs", Severity.CRITICAL, HOSTILE, fix=HOSTILE)
    [line] = health_annotations(written(hostile, place=f"a,b::c{HOSTILE}.yaml:1:2"))
    assert not set(line) & set("\r\n")
    told = decoded(line)
    assert told["message"].startswith(HOSTILE.replace("\udc80", "\\udc80"))
    assert told["file"].startswith("a,b::c")


def test_the_summary_is_a_table_of_what_is_wrong() -> None:
    assert health_markdown(written(*EVERY)).splitlines() == [
        "### Health of `staging`: CRITICAL",
        "",
        "1 critical, 1 unknown, 1 warning, 1 skipped; 1 of 5 checks OK.",
        "",
        "| | check | seen | fix | declared at |",
        "|---|---|---|---|---|",
        *(
            f"| {mark} | `{name}` | {seen} | `do this` | `ops/config/job_queue.yaml:12:7` |"
            for mark, name, seen in (
                ("✗ CRITICAL", "cron.jobs", "not active: nightly"),
                ("? UNKNOWN", "net.answers", "no evidence"),
                ("! WARNING", "cron.ticks", "3 of 60 are missing"),
            )
        ),
    ]


def test_the_summary_of_a_run_without_a_fault_is_one_sentence() -> None:
    assert health_markdown(written(*WELL)) == "### Health of `staging`: OK\n\n2 of 2 checks OK.\n"


def test_no_text_can_leave_its_cell() -> None:
    text = health_markdown(written(finding("cron.jobs", Severity.CRITICAL, HOSTILE, fix=HOSTILE)))
    [row] = [line for line in text.splitlines() if "cron.jobs" in line]
    assert row.replace(r"\|", "").count("|") == 6
    assert "<script>" not in row.split("`")[2]


def test_the_summary_says_what_it_left_out() -> None:
    many = [finding(f"cron.n{n}", Severity.CRITICAL, "x" * 1_000) for n in range(100)]
    text = health_markdown(written(*many))
    assert MAX_CHARACTERS / 2 < len(text) < MAX_CHARACTERS + 1_000
    assert "more do not fit here" in text
