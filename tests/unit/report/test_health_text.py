"""A run of checks for people: grouped, the worst child rolls up, a fix under what is wrong."""

from __future__ import annotations

from dataclasses import replace

from rich.text import Text

from supaops.checks.catalogue import CHECKS
from supaops.checks.finding import Finding
from supaops.config.thresholds import Checks
from supaops.report.health.listing import check_lines, checks_json
from supaops.report.health.text import Look, closing_line, finding_lines
from supaops.status import Severity
from tests.unit.report.samples import EVERY, MOMENT, WELL, finding


def plain(*findings: Finding, look: Look | None = None) -> list[str]:
    return [line.plain.rstrip() for line in finding_lines(findings, look or Look())]


def test_a_group_s_header_says_its_worst_and_what_is_well_is_folded_into_it() -> None:
    assert plain(*EVERY) == [
        "OK       conn      1 OK",
        "CRITICAL cron      1 critical, 1 warning",
        "    CRITICAL  cron.jobs    not active: nightly",
        "              fix: do this",
        "    WARNING   cron.ticks   3 of 60 are missing",
        "              fix: do this",
        "UNKNOWN  net       1 unknown",
        "    UNKNOWN   net.answers  no evidence",
        "              fix: do this",
        "SKIPPED  sentry    1 skipped: no DSN: Sentry is off",
        "",
        "CRITICAL: 1 critical, 1 unknown, 1 warning, 1 skipped; 1 of 5 checks OK.",
    ]


def test_a_terminal_gets_marks_that_differ_by_shape() -> None:
    headers = [line for line in plain(*EVERY, look=Look(symbols=True)) if line.startswith("[")]
    assert [line.split()[:2] for line in headers] == [
        ["[✓]", "conn"],
        ["[✗]", "cron"],
        ["[?]", "net"],
        ["[-]", "sentry"],
    ]
    [warned] = plain(finding("net.queue", Severity.WARNING), look=Look(symbols=True))[:1]
    assert warned.startswith("[!] net")


def test_each_reason_to_skip_is_told_once() -> None:
    skipped = [
        finding("cron.a", Severity.SKIPPED, "needs config.applied"),
        finding("cron.b", Severity.SKIPPED, "needs config.applied"),
        finding("cron.c", Severity.SKIPPED, "nothing ticks"),
        finding("cron.d", Severity.OK),
    ]
    assert plain(*skipped)[0] == (
        "OK       cron      1 OK, 3 skipped: needs config.applied; nothing ticks"
    )


def test_reasons_that_do_not_fit_into_the_line_are_left_to_verbose() -> None:
    long = [finding(f"cron.{n}", Severity.SKIPPED, f"{n}: {'x' * 30}") for n in "ab"]
    assert plain(*long)[0] == "SKIPPED  cron      2 skipped"


def test_verbose_shows_what_is_well_what_was_skipped_and_the_evidence() -> None:
    told = plain(*EVERY, look=Look(verbose=True))
    assert "    OK        conn.reachable  postgres as postgres" in told
    assert "    SKIPPED   sentry.dsn      no DSN: Sentry is off" in told
    assert "SKIPPED  sentry    1 skipped" in told
    assert "              seen: nightly" in told
    assert not [line for line in told if "why:" in line]


def test_explained_says_why_it_matters_since_when_what_was_seen_and_where_to_read_on() -> None:
    since = replace(EVERY[1].verdict, since=MOMENT)
    told = plain(replace(EVERY[1], verdict=since), EVERY[0], look=Look(explained=True))
    assert told[1:8] == [
        "    CRITICAL  cron.jobs  not active: nightly",
        "              why: otherwise it is not",
        "              since: 2026-11-27 12:30:00 UTC",
        "              seen: nightly",
        "              seen: weekly",
        "              fix: do this",
        "              runbook: supaops doctor --explain cron.jobs",
    ]


def test_a_crowd_of_evidence_is_cut_and_says_where_the_rest_is() -> None:
    crowd = finding("cron.jobs", Severity.CRITICAL, evidence=tuple(map(str, range(8))))
    told = [line for line in plain(crowd, look=Look(explained=True)) if "seen: " in line]
    assert len(told) == 6
    assert told[-1].strip() == "seen: 3 more: --format json"


def test_what_is_well_or_skipped_has_no_details() -> None:
    told = plain(*WELL, EVERY[-1], look=Look(verbose=True, explained=True))
    assert not [line for line in told if "why:" in line or "runbook:" in line]


def test_the_last_line_of_a_doctor_reassures_or_leads_to_the_worst_runbook() -> None:
    assert closing_line(WELL, "staging").plain == (
        "Nothing to do: every link of the chain of staging works."
    )
    assert closing_line(EVERY, "staging").plain == (
        "Step by step: supaops doctor --explain cron.jobs"
    )


def test_nothing_is_told_by_colour_alone() -> None:
    for line in finding_lines(EVERY, Look(symbols=True)):
        if any("red" in str(span.style) for span in line.spans) or "red" in str(line.style):
            assert "CRITICAL" in line.plain or "[✗]" in line.plain


def bounds(check: str, checks: Checks) -> str:
    lines = [line.plain for line in check_lines(CHECKS, checks)]
    at = next(n for n, line in enumerate(lines) if line.startswith(f"{check} "))
    return lines[at + 1].strip()


def test_the_list_shows_titles_and_thresholds_in_their_units() -> None:
    listed = "\n".join(line.plain for line in check_lines(CHECKS, Checks()))
    assert all(f"{each.id} " in listed and each.title in listed for each in CHECKS)
    assert bounds("net.queue", Checks()) == "WARNING above 200, CRITICAL above 2,000"


def test_the_list_says_what_the_yaml_leaves_out() -> None:
    lines: list[Text] = list(check_lines(CHECKS, Checks(skip=["net"])))
    [line] = [each.plain for each in lines if each.plain.startswith("net.queue")]
    assert line.endswith("(left out by checks.skip)")


def test_the_list_is_data_too() -> None:
    found = checks_json(CHECKS, Checks(skip=["net.queue"]))
    [told] = [each for each in found["checks"] if each["id"] == "net.queue"]
    assert told == {
        "id": "net.queue",
        "group": "net",
        "title": "pg_net keeps up",
        "why": told["why"],
        "unit": "",
        "warning": 200,
        "critical": 2000,
        "needs": ["config.applied"],
        "left_out": True,
        "runbook": "docs/runbooks/net.queue.md",
    }
    assert [each["id"] for each in found["checks"]] == [each.id for each in CHECKS]


def test_a_bound_has_the_unit_of_its_limits() -> None:
    units = {check: Checks().unit(check) for check in ("conn.clock", "cron.ticks", "net.queue")}
    assert units == {"conn.clock": "s", "cron.ticks": "share", "net.queue": ""}
    assert Checks().unit("config.drift") == ""
