"""Names, headers, references and durations that are accepted."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from supaops.config.database_url import database_url
from supaops.config.duration import format_duration, parse_duration
from supaops.config.names import header_name, object_name, queue_name, schema_name, task_type_name
from supaops.config.problem import Complaint
from supaops.config.rate import Rate, parse_rate
from supaops.config.references import EnvRef

DURATIONS = {
    "250ms": timedelta(milliseconds=250),
    "90s": timedelta(seconds=90),
    "1h30m": timedelta(minutes=90),
    "14d": timedelta(days=14),
    "1d2h3m4s5ms": timedelta(days=1, hours=2, minutes=3, seconds=4, milliseconds=5),
    "0s": timedelta(),
    "3650d": timedelta(days=3650),
}

URLS = [
    "local",
    "postgresql://postgres@localhost:5432/postgres",
    "postgres:///postgres?host=/tmp",
    "postgresql://postgres@[::1]/x?sslmode=require",
]


@pytest.mark.parametrize(("written", "value"), DURATIONS.items())
def test_a_duration_is_the_sum_of_its_parts(written: str, value: timedelta) -> None:
    assert parse_duration(written) == value
    assert parse_duration(format_duration(value)) == value


@pytest.mark.parametrize(
    ("written", "jobs", "period"),
    [("100/s", 100, "1s"), ("20/m", 20, "1m"), ("1/d", 1, "1d"), ("500/15m", 500, "15m"),
     ("3/1h30m", 3, "1h30m"), ("5/100ms", 5, "100ms")],
)  # fmt: skip
def test_a_rate_is_a_number_of_jobs_per_period(written: str, jobs: int, period: str) -> None:
    rate = parse_rate(written)
    assert rate == Rate(jobs, parse_duration(period))
    assert str(rate) == written


@pytest.mark.parametrize("url", URLS)
def test_a_url_without_a_password_is_kept(url: str) -> None:
    assert database_url(url) == url


def test_a_reference_is_kept_by_name() -> None:
    assert database_url("env(DATABASE_URL)") == EnvRef("DATABASE_URL")
    assert str(EnvRef("DATABASE_URL")) == "env(DATABASE_URL)"


@pytest.mark.parametrize("header", ["x-job-runner-secret", "Authorization", "apikey", "X_1"])
def test_a_free_header_is_accepted(header: str) -> None:
    assert header_name(header) == header


@pytest.mark.parametrize(
    "header", ["HOST", "content-Type", "Connection", "Webhook-Id", "", "a:b", "a\r\nb", "\u00e9"]
)
def test_a_header_that_is_taken_or_malformed_is_refused(header: str) -> None:
    with pytest.raises(Complaint):
        header_name(header)


def test_every_derived_name_of_the_longest_queue_fits_into_postgresql() -> None:
    """A template writes each derived name as `q('_suffix')` or `queue.name ~ '_suffix'`."""
    texts = (file.read_text(encoding="utf-8") for file in Path("templates/sql").rglob("*.j2"))
    suffixes = {found for text in texts for found in re.findall(r"'(_[a-z0-9_]+)'", text)}
    longest = max([*suffixes, "_mark_succeeded_many", "_dispatch_history"], key=len)
    assert len(queue_name("q" * 32) + longest) <= 63


def test_a_queue_name_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(Complaint, match="at most 32 characters"):
        queue_name("q" * 33)


@pytest.mark.parametrize(
    "schema", ["supaops", "cron", "net", "vault", "pg_temp", "information_schema"]
)
def test_a_schema_of_others_is_refused(schema: str) -> None:
    with pytest.raises(Complaint):
        schema_name(schema)


def test_task_types_of_supaops_are_reserved() -> None:
    with pytest.raises(Complaint, match="reserved"):
        task_type_name("supaops_smoke")


@pytest.mark.parametrize("name", ["nightly", "a b", "caf\u00e9", "x" * 63, "{{ x }}", "'; --"])
def test_a_printable_name_is_accepted(name: str) -> None:
    assert object_name(name) == name


@pytest.mark.parametrize("name", ["", " a", "a\n", "a\tb", "\u00e9" * 32, "a\u200b"])
def test_an_empty_padded_unprintable_or_long_name_is_refused(name: str) -> None:
    with pytest.raises(Complaint):
        object_name(name)
