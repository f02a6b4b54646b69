"""What the page of an incident says, and in which order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from supaops.checks.finding import Finding, Verdict
from supaops.config.health import Runbook
from supaops.incident import (
    FailedAttempt,
    Failing,
    Happening,
    Lately,
    Page,
    Pause,
    QueueState,
    grouped,
)
from supaops.incident.steps import next_steps
from supaops.report.incident import incident_json, incident_lines, incident_markdown
from supaops.status import Severity

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
BAD_SINCE = NOW - timedelta(minutes=40)
FAILING = Failing(
    task_type="sync",
    queue="default",
    error="UpstreamError: HTTP N",
    attempts=312,
    jobs=40,
    dead=12,
    first_at=NOW - timedelta(hours=1),
    last_at=NOW - timedelta(minutes=3),
    example_id=812,
    example="UpstreamError: HTTP 503",
)


def finding(name: str, severity: Severity, fix: str = "", since: datetime | None = None) -> Finding:
    return Finding(name, "title", "why", Verdict(severity, f"{name} seen", fix, since=since))


FINDINGS = [
    finding("conn.reachable", Severity.OK),
    finding("config.drift", Severity.WARNING, "supaops plan --env live"),
    finding("cron.ticks", Severity.UNKNOWN, "look again"),
    finding("net.credential", Severity.CRITICAL, "supaops apply --env live", BAD_SINCE),
    finding("sentry.dsn", Severity.SKIPPED),
]


def lately(**changes: Any) -> Lately:
    known: dict[str, Any] = {
        "failed": (),
        "bad_since": BAD_SINCE + timedelta(minutes=1),
        "posted_at": NOW - timedelta(seconds=5),
        "answered_at": NOW - timedelta(minutes=41),
        "queues": (QueueState("default", 1_200, 3, 12, 2_400.0),),
        "pauses": (Pause("mail", "*", "a move", "ada", NOW - timedelta(hours=3), None),),
        "changes": (
            Happening(NOW - timedelta(minutes=42), "ada", "apply", "revision 12", "3 updated", 1),
            Happening(NOW - timedelta(minutes=90), "eve", "retry", "job:7", None, 312),
        ),
    }
    return Lately(**known | changes)


def page(**changes: Any) -> Page:
    known: dict[str, Any] = {
        "environment": "live",
        "at": NOW,
        "window": timedelta(days=1),
        "findings": tuple(FINDINGS),
        "failing": (FAILING,),
        "lately": lately(),
        "silence": "",
        "steps": ("supaops apply --env live", "supaops verify --env live"),
        "contacts": Runbook(),
    }
    return Page(**known | changes)


def text(of: Page) -> str:
    return "\n".join(line.plain for line in incident_lines(of))


def test_the_worst_is_told_first_and_what_is_well_not_at_all() -> None:
    assert [each.id for each in page().broken] == ["net.credential", "cron.ticks", "config.drift"]


def test_trouble_began_with_its_first_sign() -> None:
    assert page().since == BAD_SINCE
    assert text(page()).startswith("live is CRITICAL, since 2026-01-31 11:20:00 UTC\n")


def test_the_text_is_one_page_that_fits_a_terminal() -> None:
    told = text(page()).splitlines()
    assert "  last 2xx       2026-01-31 11:19:00 UTC, 41 min ago" in told
    assert len(told) < 45
    for line in (
        "  CRITICAL  net.credential: net.credential seen",
        "            supaops doctor --explain net.credential",
        "  queue default  1,200 pending, the oldest ready for 40 min; 3 running, 12 failed",
        "  sync  UpstreamError: HTTP N",
        "  42 min ago  ada apply revision 12: 3 updated",
        "  90 min ago  eve retry job:7 and 311 more",
        "  1.  supaops apply --env live",
    ):
        assert line in told
    assert "312 attempts of 40 jobs, 12 of them dead; latest: job 812, 3 min ago" in text(page())


def test_a_healthy_page_says_so() -> None:
    well = page(
        findings=(FINDINGS[0],), failing=(), lately=lately(bad_since=None, pauses=(), changes=())
    )
    told = text(well)
    assert told.startswith("live is OK\n")
    assert "  nothing: every check is OK\n" in told
    assert "What changed, last 24 h\n  nothing that is known of\n" in told


def test_a_database_that_does_not_answer_leaves_what_can_be_said_without_it() -> None:
    silent = page(lately=None, silence="cannot connect")
    assert "The chain\n  unknown  cannot connect\n" in text(silent)
    assert incident_json(silent)["lately"] is None


def test_markdown_shows_any_text_as_it_is_and_commands_to_be_copied() -> None:
    hostile = Happening(NOW, "<b>*ada*", "apply", "a|b_c", "`x`", 1)
    told = incident_markdown(page(lately=lately(changes=(hostile,))))
    assert told.startswith("## live is CRITICAL")
    assert "\\<b\\>\\*ada\\* apply a\\|b\\_c" in told
    assert "1. `supaops apply --env live`\n2. `supaops verify --env live`" in told


def test_the_json_holds_times_in_iso_8601() -> None:
    told = incident_json(page())
    assert (told["status"], told["since"]) == ("CRITICAL", "2026-01-31T11:20:00+00:00")
    assert told["failing"][0]["last_at"] == "2026-01-31T11:57:00+00:00"
    assert told["broken"][0]["id"] == "net.credential"


@pytest.mark.parametrize(
    ("findings", "failing", "expected"),
    [
        (FINDINGS, (FAILING,), ["supaops apply --env live", "look again"]),
        (
            FINDINGS[:2],
            (FAILING,),
            [
                "supaops jobs show --env live 812",
                "supaops retry --env live --status failed --task-type sync",
            ],
        ),
        (FINDINGS[:2], (), ["supaops plan --env live"]),
        (FINDINGS[:1], (), []),
    ],
)
def test_the_chain_is_mended_before_its_jobs_and_then_looked_at_again(
    findings: list[Finding], failing: tuple[Failing, ...], expected: list[str]
) -> None:
    steps = list(next_steps("live", findings, failing))
    assert steps == [*expected, "supaops verify --env live"]


def attempt(job: int, error: str, *, minutes: int = 0, dead: bool = False) -> FailedAttempt:
    return FailedAttempt(job, "sync", "default", dead, NOW - timedelta(minutes=minutes), error)


def test_errors_that_differ_in_numbers_are_one_group_and_the_largest_comes_first() -> None:
    found = grouped(
        [
            attempt(3, "HTTP 503 after 12 s", dead=True),
            attempt(2, "no route", minutes=1),
            attempt(1, "HTTP 502 after 9 s", minutes=2),
            attempt(1, "HTTP 502 after 8 s", minutes=3),
        ]
    )
    assert [each.error for each in found] == ["HTTP N after N s", "no route"]
    assert (found[0].attempts, found[0].jobs, found[0].dead) == (3, 2, 1)
    assert (found[0].example_id, found[0].example) == (3, "HTTP 503 after 12 s")
    assert (found[0].first_at, found[0].last_at) == (NOW - timedelta(minutes=3), NOW)


def test_no_group_shows_what_looks_like_a_secret_not_even_without_its_numbers() -> None:
    token = "ghp_" + "a1B2" * 8
    [found] = grouped([attempt(1, f"refused: {token}, twice")])
    assert found.error == found.example == "refused: <a GitHub token>, twice"


def test_a_page_lists_no_more_groups_than_fit_on_it() -> None:
    errors = [attempt(n, f"error {chr(97 + n)}") for n in range(20)]
    assert len(grouped(errors)) == 10
