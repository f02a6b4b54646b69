"""The metrics, read back by the parser of Prometheus' own library."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from supaops import __version__
from supaops.checks.finding import Finding, Verdict
from supaops.checks.measures import NOTHING, Finished, JobCount, JobTicks, Measures, Posts, Starts
from supaops.config import load
from supaops.report.chain_metrics import MOST_QUEUES, chain_families, percentile
from supaops.report.metrics_reference import families, replaced
from supaops.report.prometheus import exposition, findings_prometheus
from supaops.report.watch_metrics import Progress, watch_families
from supaops.status import Severity
from tests.projects import ROOT

CONFIG = load(ROOT / "ops" / "config" / "job_queue.yaml", "production")
HOSTILE = 'a "b"\\c\nd{e="f"} 1'
Samples = dict[tuple[str, ...], float]


def samples(text: str, name: str) -> Samples:
    """Return the samples of one name by the values of their labels, in alphabetical order."""
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    }


def everything_read(**known: Any) -> str:
    read = dict.fromkeys(NOTHING.read, True)
    return exposition(chain_families(CONFIG, Measures(read=read, **known)))


def finding(id: str, severity: Severity, **known: Any) -> Finding:  # noqa: A002  it is called so everywhere else
    return Finding(id, "title", "why", Verdict(severity, "seen", **known), 0.25)


def test_each_check_has_its_status_its_time_and_the_value_that_it_saw() -> None:
    text = findings_prometheus(
        [
            finding("net.queue", Severity.WARNING, value=300.0),
            finding("queue.xmin", Severity.OK, value=1.5, unit="s"),
            finding("conn.reachable", Severity.SKIPPED),
        ]
    )
    assert samples(text, "supaops_check_status") == {
        ("net.queue", "net"): 1,
        ("queue.xmin", "queue"): 0,
        ("conn.reachable", "conn"): 4,
    }
    assert samples(text, "supaops_check_value") == {
        ("net.queue", ""): 300,
        ("queue.xmin", "s"): 1.5,
    }
    assert samples(text, "supaops_check_duration_seconds")[("net.queue",)] == 0.25
    assert samples(text, "supaops_checks_worst") == {(): 1}
    assert samples(text, "supaops_build_info") == {(__version__,): 1}


def test_every_family_says_what_it_is_and_the_text_ends_with_a_line_break() -> None:
    text = everything_read() + findings_prometheus([finding("a.b", Severity.OK)])
    families = list(text_string_to_metric_families(text))
    assert all(each.documentation and each.type in {"gauge", "counter"} for each in families)
    assert text.endswith("\n")


@pytest.mark.parametrize("name", [HOSTILE, "ünï", "}", ""])
def test_a_hostile_name_of_a_queue_comes_back_as_it_was(name: str) -> None:
    text = everything_read(jobs=[JobCount(name, "pending", 3, 1.0)])
    assert samples(text, "supaops_jobs")[(name, "pending")] == 3


def test_every_status_of_a_declared_queue_is_there_at_zero() -> None:
    found = samples(everything_read(), "supaops_jobs")
    assert {status for _, status in found} == {
        "pending",
        "running",
        "succeeded",
        "failed",
        "cancelled",
    }
    assert set(found.values()) == {0}


def test_jobs_that_ended_are_counters_and_start_at_zero() -> None:
    text = everything_read(finished=[Finished("default", "game_platform_sync", 7, 2, 1)])
    found = samples(text, "supaops_jobs_finished_total")
    assert {outcome: value for (outcome, *_), value in found.items()} == {
        "succeeded": 7,
        "failed": 2,
        "cancelled": 1,
    }
    assert set(samples(everything_read(), "supaops_jobs_finished_total").values()) == {0}
    assert "# TYPE supaops_jobs_finished_total counter" in text


def test_queues_without_end_share_one_label() -> None:
    jobs = [JobCount(f"q{n:04}", "pending", 1, None) for n in range(MOST_QUEUES + 50)]
    found = samples(everything_read(jobs=jobs), "supaops_jobs")
    assert found[("(other)", "pending")] == 50
    assert len({queue for queue, _ in found}) == MOST_QUEUES + 2


def test_a_pause_of_everything_pauses_each_queue() -> None:
    jobs = [JobCount("mail", "pending", 1, None)]
    paused = samples(everything_read(jobs=jobs, paused=["mail"]), "supaops_queue_paused")
    assert paused == {("default",): 0, ("mail",): 1}
    everywhere = samples(everything_read(jobs=jobs, paused=["*"]), "supaops_queue_paused")
    assert set(everywhere.values()) == {1}


def test_the_longest_wait_of_a_queue_is_that_of_any_of_its_task_types() -> None:
    jobs = [JobCount("default", "pending", 1, 12.5), JobCount("default", "running", 4, None)]
    text = everything_read(jobs=jobs)
    assert samples(text, "supaops_oldest_ready_age_seconds") == {("default",): 12.5}


def test_freshness_and_completeness_count_what_was_good() -> None:
    ticks = [JobTicks("a", due=60, seen=58), JobTicks("b", due=1, seen=1)]
    text = everything_read(starts=[Starts("default", due=10, in_time=9)], ticks=ticks)
    assert samples(text, "supaops_slo_events") == {
        ("default", "freshness"): 10,
        ("", "completeness"): 61,
    }
    assert samples(text, "supaops_slo_good_events") == {
        ("default", "freshness"): 9,
        ("", "completeness"): 59,
    }
    assert samples(text, "supaops_cron_runs_due") == {("a",): 60, ("b",): 1}
    assert samples(text, "supaops_slo_target")[("completeness",)] == 0.99
    assert samples(text, "supaops_slo_within_seconds") == {
        ("freshness",): 60,
        ("recovery",): 14_400,
    }


def test_posts_are_counted_by_outcome_and_their_latency_is_told_by_percentiles() -> None:
    posts = [Posts("2xx", 3, [0.1, 0.2, 0.3]), Posts("timeout", 1, [5.0]), Posts("waiting", 1, [])]
    text = everything_read(posts=posts)
    outcomes = samples(text, "supaops_dispatches")
    assert (outcomes[("2xx", "5m")], outcomes[("4xx", "5m")], outcomes[("timeout", "5m")]) == (
        3,
        0,
        1,
    )
    latency = samples(text, "supaops_dispatch_latency_seconds")
    assert latency[("p50", "5m")] == pytest.approx(0.25)
    assert samples(everything_read(), "supaops_dispatch_latency_seconds") == {}


@pytest.mark.parametrize(("values", "median"), [([1.0], 1.0), ([1.0, 3.0], 2.0), ([5.0] * 9, 5.0)])
def test_a_percentile_lies_within_the_values(values: list[float], median: float) -> None:
    assert percentile(values, 50) == median
    assert min(values) <= percentile(values, 99) <= max(values)


def test_what_could_not_be_read_has_no_samples_and_says_so() -> None:
    text = exposition(chain_families(CONFIG, NOTHING))
    assert set(samples(text, "supaops_scrape_success").values()) == {0}
    names = {family.name for family in text_string_to_metric_families(text)}
    assert names == {"supaops_scrape_success", "supaops_slo_target", "supaops_slo_within_seconds"}


def test_the_watcher_tells_how_it_fares() -> None:
    ended = datetime(2026, 11, 27, tzinfo=UTC)
    progress = Progress(ended, 0.5, 5.0, rounds=7, overruns=1, beats={"sent": 3, "failed": 1})
    text = exposition(watch_families(progress))
    assert samples(text, "supaops_watch_last_round_timestamp_seconds") == {(): ended.timestamp()}
    assert samples(text, "supaops_watch_rounds_total") == {(): 7}
    assert samples(text, "supaops_watch_heartbeats_total") == {("sent",): 3, ("failed",): 1}


def test_the_table_of_metrics_is_current_and_each_says_what_it_is() -> None:
    page = (ROOT / "docs" / "explanation" / "monitoring.md").read_text(encoding="utf-8")
    assert replaced(page, CONFIG) == page, "run: make golden"
    assert "`supaops_check_status`" in page
    assert all(each.documentation.endswith(".") for each in families(CONFIG))
