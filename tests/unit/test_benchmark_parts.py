"""The parts of the benchmarks that need no server."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest

from benchmarks import options
from benchmarks.chart import chart
from benchmarks.figures import Figure, Gap, rows
from benchmarks.measures import MEASURES, SHORT
from benchmarks.measures.calls import percentile
from benchmarks.measures.cycle import Cycle
from benchmarks.pgbench import Report, parse
from benchmarks.result import Result
from benchmarks.systems import SYSTEMS
from benchmarks.systems.captured import bound, literal, summed
from supaops.errors import SupaopsError

SAID = """\
pgbench (17.12)
transaction type: /x.sql
number of transactions actually processed: 100/100
number of failed transactions: 0 (0.000%)
latency average = 17.187 ms
initial connection time = 1.938 ms
tps = 50.000000 (without initial connection time)
statement latencies in milliseconds and failures:
         0.002           0 \\set turn :turn + 1
         2.625           0 select coalesce(array_agg(id), '{}')::text as ids,
         0.001           0 \\if :turn = :turns
        14.250           0 update job set done = true
"""
RESULT = Result(
    command="python -m benchmarks cycle",
    machine={"processor": "A & B <1 GHz>", "cores": 2, "postgresql": "17.12"},
    versions={"supaops": "0.1.0"},
    rows=tuple(
        rows(
            [
                Figure("cycle", "supaops", "jobs/s", 200.0),
                Figure("cycle", "pgmq", "jobs/s", 100.0),
                Figure("depth: p99", "supaops", "ms", 0.0),
            ]
        )
    ),
    gaps=(Gap("cycle", "awa", "skipped", "install it"),),
)
SVG = "{http://www.w3.org/2000/svg}"


def test_a_report_of_pgbench_gives_time_and_the_latency_of_each_statement() -> None:
    assert parse(SAID) == Report(transactions=100, seconds=2.0, latencies=(2.625, 14.25))


def test_a_statement_that_took_pgbench_no_time_took_some() -> None:
    assert parse(SAID.replace("14.250", " 0.000")).latencies == (2.625, 0.001)


def test_what_pgbench_never_says_is_an_error() -> None:
    with pytest.raises(SupaopsError, match="nothing that can be read: out of order"):
        parse("out of order")


def test_a_captured_statement_gets_names_and_constants_for_its_parameters() -> None:
    text = "select $1, $2, $10 from t where a = any($2)"
    values = [None, [1, 2], *[0] * 7, "it's"]
    assert bound(text, values, {1: ":jobs"}) == (
        "select :jobs, array[1, 2], 'it''s' from t where a = any(array[1, 2])"
    )


def test_a_truth_value_is_no_number_in_sql() -> None:
    assert [literal(each) for each in (True, 1, None, "1")] == ["true", "1", "null", "'1'"]


def test_a_captured_claim_comes_back_as_one_row() -> None:
    text = "with j as (select 1 for update) update t set a = 1 from j returning *;"
    assert summed(text, "update ", "count(*)") == (
        "with j as (select 1 for update) , handed_out as (update t set a = 1 from j returning *)\n"
        "select count(*) from handed_out"
    )


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(each) for each in range(1, 101)]
    assert [percentile(values, share) for share in (0.5, 0.99, 1.0)] == [50.0, 99.0, 100.0]
    assert percentile([7.0], 0.99) == 7.0


def test_each_option_of_a_measure_can_be_set_on_the_command_line() -> None:
    wanted = options.read(["cycle", "--cycle-jobs", "1000", "--systems", "pgmq,supaops"])
    assert wanted.measures == {"cycle": Cycle(jobs=1_000, batch=500)}
    assert list(wanted.systems) == ["pgmq", "supaops"]
    assert wanted.rounds == 3


def test_short_changes_what_is_not_set() -> None:
    wanted = options.read(["--short", "--claim-complete-connections", "2,4"])
    assert list(wanted.measures) == list(MEASURES) == list(SHORT)
    assert wanted.measures["cycle"] == SHORT["cycle"]
    assert getattr(wanted.measures["claim_complete"], "connections", None) == (2, 4)
    assert wanted.rounds == 1


def test_an_unknown_system_is_a_usage_error_that_names_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit, match="2"):
        options.read(["--systems", "rabbit"])
    assert "no system rabbit; there are supaops, " in capsys.readouterr().err


def test_a_peer_that_is_not_there_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUPAOPS_BENCH_PGMQ_SQL", raising=False)
    assert SYSTEMS["pgmq"].missing() == ("set SUPAOPS_BENCH_PGMQ_SQL to the path of its pgmq.sql")


def test_the_result_holds_all_that_is_needed_to_judge_it() -> None:
    found = json.loads(RESULT.json())
    assert found["command"] == "python -m benchmarks cycle"
    assert found["versions"] == {"supaops": "0.1.0"}
    assert found["rows"][1]["values"] == [100.0]
    assert found["gaps"][0]["reason"] == "install it"


def test_the_chart_draws_a_bar_as_long_as_its_value_and_ours_apart() -> None:
    root = ET.fromstring(chart(RESULT))  # noqa: S314  our own text
    bars = [(bar.get("class"), float(bar.get("width", ""))) for bar in root.iter(f"{SVG}rect")]
    assert [kind for kind, _ in bars] == ["ours", "other", "ours"]
    assert bars[0][1] == 2 * bars[1][1]
    assert "A & B <1 GHz>" in "".join(root.itertext())
