"""Prometheus' own promtool, where there is one: `scripts/promtool` unpacks Debian's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.projects import ROOT
from tests.watch.recording import STAMP, Recording

VARIABLE = "SUPAOPS_PROMTOOL"
_UNPACKED = ROOT / ".venv" / "promtool" / "usr" / "bin" / "promtool"
_HOW = f"scripts/promtool, or Prometheus' package and {VARIABLE}=/path/to/promtool"
_STEP_S = 60
_TARGET = 'instance="db:9787",job="supaops"'


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a time line: a recording, scraped once a minute; None when nobody answers."""

    recording: Recording | None
    minutes: int


def promtool(*words: str, given: str | None = None) -> str:
    """Run promtool, which must be content, and return what it said; skip the test without one."""
    program = os.environ.get(VARIABLE) or shutil.which("promtool")
    if program is None and _UNPACKED.exists():
        program = str(_UNPACKED)
    if program is None:
        pytest.skip(f"there is no promtool ({_HOW})")
    done = subprocess.run(
        [program, *words], input=given, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def assert_fire(
    folder: Path, rules: str, line: Sequence[Part], expected: dict[int, set[str]]
) -> None:
    """Have promtool prove which alerts fire at which minute of a time line, and no others."""
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    test = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": list(series(line)),
                "promql_expr_test": [_firing(at, alerts) for at, alerts in expected.items()],
            }
        ],
    }
    file = folder / "test.yaml"
    file.write_text(json.dumps(test), encoding="utf-8")  # JSON is YAML
    promtool("test", "rules", str(file))


def _firing(minute: int, alerts: set[str]) -> dict[str, Any]:
    return {
        "expr": 'group by (alertname) (ALERTS{alertstate="firing"})',
        "eval_time": f"{minute}m",
        "exp_samples": [
            {"labels": f'{{alertname="{name}"}}', "value": 1} for name in sorted(alerts)
        ],
    }


def series(line: Sequence[Part]) -> Iterator[dict[str, str]]:
    """Yield every series of a time line, as of one target."""
    for name in sorted({each for part in line for each in _names(part)}):
        yield {"series": _of_target(name), "values": " ".join(_values(name, line))}


def _names(part: Part) -> Iterator[str]:
    for each in part.recording.scrapes if part.recording else ():
        yield from each


def _of_target(name: str) -> str:
    metric, _, labels = name.rstrip("}").partition("{")
    whole = ",".join(filter(None, [_TARGET, labels]))
    return f"{metric}{{{whole}}}"


def _values(name: str, line: Sequence[Part]) -> Iterator[str]:
    """Yield a value a minute; a counter is never less than it was."""
    step, floor = 0, 0.0
    for part in line:
        begun = floor
        for at in range(part.minutes):
            value = part.recording.value(name, at) if part.recording else None
            if value is not None and name == STAMP:
                value = step * _STEP_S - value
            elif value is not None and name.partition("{")[0].endswith("_total"):
                value = floor = begun + value
            yield "_" if value is None else f"{value:.10g}"
            step += 1
