"""A run of checks as Nagios reads it, by the grammar of its plugins' guidelines."""

from __future__ import annotations

import re

import pytest

from supaops.checks.finding import Finding
from supaops.config.thresholds import Thresholds
from supaops.report.health.nagios import nagios_lines
from supaops.status import Severity
from tests.unit.report.samples import EVERY, HOSTILE, WELL, finding, measured, written

_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_RANGE = rf"@?(?:(?:~|{_NUMBER}):)?(?:{_NUMBER})?"
_DATUM = re.compile(
    rf"'(?P<label>[^'=]+)'=(?P<value>{_NUMBER})(?P<unit>s|us|ms|%|B|KB|MB|TB|c)?"
    rf";(?P<warn>{_RANGE});(?P<crit>{_RANGE});(?P<min>{_NUMBER})?;(?P<max>{_NUMBER})?"
)
"""Source: Monitoring Plugins Development Guidelines, "Performance data", "Threshold and ranges"."""


def read(*findings: Finding) -> tuple[str, dict[str, tuple[str, ...]], list[str]]:
    """Return the text, the performance data by label, and the long output."""
    first, *long = nagios_lines(written(*findings))
    assert not set("\r\n") & set("".join([first, *long]))
    text, _, data = first.partition(" | ")
    assert "|" not in text + data + "".join(long)
    parsed = [_DATUM.fullmatch(datum) for datum in data.split()]
    told = {datum["label"]: datum.groups("")[1:] for datum in parsed if datum}
    assert len(told) == len(parsed), data
    return text, told, long


def test_the_first_line_names_the_state_and_what_is_wrong_worst_first() -> None:
    text, data, long = read(*EVERY)
    assert text == (
        "SUPAOPS CRITICAL: staging: 3 of 5 checks not OK (cron.jobs, net.answers, cron.ticks)"
    )
    assert data == {}
    assert long == [
        "CRITICAL cron.jobs: not active: nightly; fix: do this",
        "UNKNOWN net.answers: no evidence; fix: do this",
        "WARNING cron.ticks: 3 of 60 are missing; fix: do this",
    ]


def test_a_run_without_a_fault_is_one_line() -> None:
    assert read(*WELL) == ("SUPAOPS OK: staging: 2 of 2 checks OK", {}, [])


def test_the_first_line_stays_short() -> None:
    text, _, long = read(*(finding(f"cron.n{n}", Severity.CRITICAL) for n in range(30)))
    assert text.endswith("(cron.n0, cron.n1, cron.n2, cron.n3, cron.n4 and 25 more)")
    assert len(long) == 30


@pytest.mark.parametrize(
    ("found", "datum"),
    [
        (measured("net.queue", 3, "", Thresholds(200, 2_000)), ("3", "", "200", "2000", "0", "")),
        (measured("conn.clock", 0.25, "s", Thresholds(2, None)), ("0.25", "s", "2", "", "0", "")),
        (
            measured("cron.ticks", 0.025, "share", Thresholds(0.05, 0.5)),
            ("2.5", "%", "5", "50", "0", "100"),
        ),
        (measured("cron.size", 5e12, "bytes"), ("5000000000000", "B", "", "", "0", "")),
        (measured("conn.latency", 1e-7, "s"), ("0", "s", "", "", "0", "")),
    ],
)
def test_a_value_is_performance_data_in_the_units_of_the_guidelines(
    found: Finding, datum: tuple[str, ...]
) -> None:
    assert read(found)[1] == {found.id: datum}


def test_a_value_that_is_no_number_is_left_out() -> None:
    assert read(measured("queue.drain_time", float("inf"), "s"))[1] == {}


def test_no_text_can_end_the_line_or_begin_performance_data() -> None:
    text, data, long = read(
        finding("cron.jobs", Severity.CRITICAL, HOSTILE, fix=HOSTILE), measured("net.queue", 1)
    )
    assert set(data) == {"net.queue"}
    assert len(long) == 1
    assert "cron.jobs" in text
