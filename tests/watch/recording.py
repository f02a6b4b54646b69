"""What was recorded of real watchers, to be laid on a time line for Prometheus' own tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

RECORDED = Path(__file__).with_name("recorded.json")
CONFIG = """
slo:
  freshness: {within: 5s}
  recovery: {within: 8s}
queue:
  task_types:
    recorded: {queue: default, max_attempts: 1, timeout: 5s}
cron:
  jobs:
    job_queue_worker: {schedule: 1 second}
    job_queue_cleanup_daily: {active: false}
    job_queue_maintenance: {active: false}
"""
"""The overlay of the chain that was recorded; the rules are made from the same."""
STAMP = "supaops_watch_last_round_timestamp_seconds"
Scrape = dict[str, float]


@dataclass(frozen=True, slots=True)
class Recording:
    """Scrapes of one situation, each the values of its series; a stamp is how old it was."""

    scrapes: list[Scrape]

    def value(self, series: str, step: int) -> float | None:
        """Return a series at a step of a time line; a recording that is too short starts again.

        A counter goes on from where it was.
        """
        turns, at = divmod(step, len(self.scrapes))
        value = self.scrapes[at].get(series)
        if value is None or not is_counter(series):
            return value
        first, last = (self.scrapes[end].get(series, value) for end in (0, -1))
        return value - first + turns * (last - first)


def is_counter(series: str) -> bool:
    return series.partition("{")[0].endswith("_total")


def scrape(text: str, at: float) -> Scrape:
    """Return the samples of a text by their series; `at` is when it was read."""
    found = {
        series_of(sample.name, sample.labels): float(sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    found[STAMP] = at - found[STAMP]
    return found


def series_of(name: str, labels: dict[str, str]) -> str:
    shown = ",".join(f"{key}={json.dumps(value)}" for key, value in sorted(labels.items()) if value)
    return f"{name}{{{shown}}}" if shown else name


def save(recordings: dict[str, list[Scrape]]) -> None:
    """Write recordings, each series as runs of values that stayed."""
    data = {
        name: {each: _runs([found.get(each) for found in scrapes]) for each in _names(scrapes)}
        for name, scrapes in recordings.items()
    }
    text = ",\n".join(f"{json.dumps(name)}: {_object(series)}" for name, series in data.items())
    RECORDED.write_text(f"{{\n{text}\n}}\n", encoding="utf-8")


def load_recordings() -> dict[str, Recording]:
    """Read them back."""
    data = json.loads(RECORDED.read_text(encoding="utf-8"))
    return {name: Recording(list(_scrapes(series))) for name, series in data.items()}


def _object(series: dict[str, list[list[float | None]]]) -> str:
    lines = (
        f"  {json.dumps(name)}: {json.dumps(runs, separators=(',', ':'))}"
        for name, runs in series.items()
    )
    return "\n".join(["{", ",\n".join(lines), "}"])


def _names(scrapes: list[Scrape]) -> list[str]:
    return sorted({name for each in scrapes for name in each})


def _runs(values: list[float | None]) -> list[list[float | None]]:
    rounded = [None if each is None else round(each, 3) for each in values]
    return [[value, len(list(same))] for value, same in groupby(rounded)]


def _scrapes(series: dict[str, list[tuple[float | None, int]]]) -> Iterator[Scrape]:
    whole = {
        name: [value for value, times in runs for _ in range(times)]
        for name, runs in series.items()
    }
    for number in range(max(map(len, whole.values()))):
        found = {name: values[number] for name, values in whole.items()}
        yield {name: value for name, value in found.items() if value is not None}
