"""The pages' figures: what is counted, and what is void."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.pages.catalogue import PAGES, Page, chosen
from benchmarks.pages.figures import Measured, table
from benchmarks.pages.filling import Size
from benchmarks.pages.run import measure
from benchmarks.server import Server

SMALL = Size(jobs=400, runs=600, audit=40)
MISSING = Page("missing", "/there/is/no/such/page", ("anything",))


@pytest.mark.stack
def test_a_page_has_a_figure_only_when_it_holds_what_it_should(server: Server) -> None:
    server.empty()
    [health] = [each for each in PAGES if each.name == "health"]
    bare = replace(health, name="bare", expects=("what is not there",))
    incident = replace(PAGES[-1], name="incident", path="/incident", form=None, expects=("mail",))
    found = measure(server, SMALL, [health, incident, bare, MISSING], 1, with_tiles=False)
    well, told, lacking, missing = found
    assert (well.fault, len(well.milliseconds), well.statements) == ("", 1, 0)
    assert (told.fault, told.verdict) == ("", "pass")
    assert told.statements is not None
    assert 5 < told.statements < 15
    assert lacking.fault == "lacks what is not there"
    assert (missing.verdict, missing.fault) == ("void", "HTTP 404")


def test_one_slow_request_of_twenty_is_no_fail_and_two_are() -> None:
    fast = Measured("a", "/a", milliseconds=[10.0] * 19 + [900.0])
    slow = Measured("b", "/b", milliseconds=[10.0] * 18 + [900.0] * 2)
    assert (fast.p95, fast.verdict) == (10.0, "pass")
    assert (slow.p95, slow.verdict) == (900.0, "FAIL")


def test_a_void_figure_says_why_and_shows_no_time() -> None:
    void = Measured("cron", "/cron", fault="HTTP 500", milliseconds=[1.0])
    assert "void: HTTP 500" in table([void])
    assert "p95_ms" not in void.plain()


def test_the_table_fits_a_terminal() -> None:
    rows = [Measured(each.name, each.path, milliseconds=[9.0, 12_345.0]) for each in PAGES]
    assert max(map(len, table(rows).splitlines())) <= 80


def test_pages_are_chosen_by_how_their_names_begin() -> None:
    assert {each.name for each in chosen(["health"])} == {"health", "health: runbook"}
    assert chosen([]) == list(PAGES)
