"""No figure comes out of a queue that loses a job, or does one twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.figures import Figure, Gap
from benchmarks.measures import MEASURES, SHORT
from benchmarks.measures.measure import Measure
from benchmarks.options import Wanted
from benchmarks.run import run
from benchmarks.server import Server
from benchmarks.systems.supaops import Supaops
from benchmarks.systems.system import Statements, System
from benchmarks.systems.textbook import Textbook

pytestmark = pytest.mark.stack

WITH_STATEMENTS = ("cycle", "wal", "single_enqueue", "claim_complete")
SMALL: dict[str, dict[str, Any]] = {
    "cycle": {"jobs": 200, "batch": 20},
    "wal": {"jobs": 200, "batch": 20},
    "single_enqueue": {"jobs": 80},
    "claim_complete": {"jobs": 320},
    "claimers": {"jobs": 640, "connections": (2, 16)},
    "drain": {"jobs": 100},
    "workers": {"jobs": 100, "processes": (2,)},
    "pickup": {"rate": 50, "seconds": 1, "lead": 0},
    "held": {"seconds": 1, "rate": 200},
    "lanes": {"lanes": (1, 25), "claims": 5},
    "space": {"flows": 1, "seconds": 1, "rate": 200},
    "scale": {"cron_jobs": 5, "functions": 140},
    "wake": {"jobs": 1},
    "depth": {"pending": 2_000, "finished": 2_000, "claims": 20},
}


class Broken(Textbook):
    """A textbook queue with one statement replaced."""

    def __init__(self, change: Callable[[Statements], Statements]) -> None:
        self._change = change

    def statements(self, server: Server, batch: int) -> Statements:
        return self._change(super().statements(server, batch))


def small(name: str) -> Measure:
    return replace(SHORT[name], **SMALL.get(name, {}))


def measured(server: Server, name: str, system: System) -> list[Figure | Gap]:
    wanted = Wanted({name: small(name)}, {system.name: system}, rounds=1, json=None, chart=None)
    return list(run(server, wanted, report=lambda _: None))


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_of_our_queue_yields_figures_above_zero(server: Server, name: str) -> None:
    found = measured(server, name, Supaops())
    assert found
    assert [each for each in found if not isinstance(each, Figure) or each.value <= 0] == []


@pytest.mark.parametrize("name", WITH_STATEMENTS)
def test_the_textbook_queue_is_measured_by_the_same_names(server: Server, name: str) -> None:
    ours, textbook = (measured(server, name, each) for each in (Supaops(), Textbook()))
    assert [each.name for each in ours] == [each.name for each in textbook]


def test_jobs_that_are_claimed_and_never_completed_void_the_figure(server: Server) -> None:
    losing = Broken(lambda s: replace(s, complete=s.complete + " and id % 7 > 0"))
    assert [each.reason for each in voids(server, "cycle", losing)] == [
        "textbook did 200 of 172 jobs and holds 0"
    ]


def test_jobs_that_are_claimed_twice_void_the_figure(server: Server) -> None:
    doubling = Broken(
        lambda s: replace(
            s,
            claim=s.claim.replace("status = 'running',", "status = 'pending',"),
            complete=s.complete.replace("and status = 'running'", "and id % 2 > 0"),
        )
    )
    [void] = voids(server, "claim_complete", doubling)
    claimed, done = map(int, re.findall(r"\d+", void.reason)[:2])
    assert claimed > done


def test_jobs_that_an_enqueue_lost_void_the_figure(server: Server) -> None:
    losing = Broken(lambda s: replace(s, enqueue_one="select :payload"))
    [void] = voids(server, "single_enqueue", losing)
    assert void.reason == "textbook did 0 of 80 jobs and holds 0"


def test_a_job_lost_under_a_steady_load_voids_the_figure(server: Server) -> None:
    losing = Broken(lambda s: replace(s, complete=s.complete + " and id % 7 > 0"))
    [void] = voids(server, "held", losing)
    assert void.reason.startswith("textbook: ")


def test_a_statement_that_fails_is_a_gap_and_no_end(server: Server) -> None:
    failing = Broken(lambda s: replace(s, claim="select 1/0 as claimed"))
    [gap] = measured(server, "cycle", failing)
    assert isinstance(gap, Gap)
    assert gap.kind == "failed"
    assert gap.reason.endswith("aborted in command 1 query 0: ERROR:  division by zero")


def voids(server: Server, name: str, system: System) -> list[Gap]:
    found = measured(server, name, system)
    assert all(isinstance(each, Gap) and each.kind == "void" for each in found), found
    return [each for each in found if isinstance(each, Gap)]
