"""What the checks ``security.*`` make of facts."""

from __future__ import annotations

from typing import Any

import pytest

from supaops.checks.security.exposure import exposed, private_schema, rls
from supaops.checks.security.functions import execute, net_functions, search_path
from supaops.checks.security.leaks import Leak, cron_secrets, net_readers
from supaops.config import load
from supaops.db.health.commands import Command
from supaops.db.health.security import Exposure
from supaops.status import Severity
from tests.projects import ROOT

CONFIG = load(ROOT / "ops" / "config" / "job_queue.yaml", "local")
BY_TOPIC = [exposed, execute, private_schema, rls, search_path, net_functions, net_readers]


@pytest.mark.parametrize("check", BY_TOPIC, ids=lambda check: check.id)
def test_nothing_open_is_well_and_one_thing_turns_its_check_alone(check: Any) -> None:
    topic = check.id.partition(".")[2]
    opened = (Exposure(topic, "public.thing", "anon"),)
    turned = [each.id for each in BY_TOPIC if each.judge(CONFIG, opened).severity > Severity.OK]
    verdict = check.judge(CONFIG, opened)
    assert turned == [check.id]
    assert "public.thing" in verdict.observed
    assert verdict.fix
    assert verdict.value == 1
    assert check.judge(CONFIG, ()).severity is Severity.OK


def test_many_functions_are_counted_beyond_the_first_three() -> None:
    opened = tuple(Exposure("execute", f"f{n}()", "anon") for n in range(5))
    verdict = execute.judge(CONFIG, opened)
    assert verdict.observed == "f0(): anon; f1(): anon; f2(): anon; 2 more"
    assert len(verdict.evidence) == 5
    paths = tuple(Exposure("search_path", f"f{n}()") for n in range(4))
    assert search_path.judge(CONFIG, paths).observed == "mutable: f0(), f1(), f2(), 1 more"


@pytest.mark.parametrize(
    ("detail", "severity"), [("private", Severity.WARNING), ("", Severity.CRITICAL)]
)
def test_row_security_matters_more_where_the_data_api_could_reach(
    detail: str, severity: Severity
) -> None:
    assert rls.judge(CONFIG, (Exposure("rls", "x.y", detail),)).severity is severity


def test_a_listed_schema_is_taken_out_in_the_dashboard_and_a_grant_by_an_apply() -> None:
    listed = (Exposure("private_schema", "vault", "listed in pgrst.db_schemas"),)
    assert "dashboard" in private_schema.judge(CONFIG, listed).fix
    granted = (Exposure("private_schema", "supaops", "usage of anon"),)
    assert private_schema.judge(CONFIG, granted).fix == "supaops apply --env local"


@pytest.mark.parametrize(
    ("command", "place"),
    [
        (Command(is_job=True, id=3, name="sync", command="x"), "sync"),
        (Command(is_job=True, id=3, name="", command="x"), "job 3"),
        (Command(is_job=False, id=70, name="sync", command="x"), "run 70 of sync"),
        (Command(is_job=False, id=70, name="", command="x"), "run 70 of a job without a name"),
    ],
)
def test_a_secret_in_a_command_is_told_by_its_place(command: Command, place: str) -> None:
    verdict = cron_secrets.judge(CONFIG, (Leak(command, "a JSON web token"),))
    assert verdict.severity is Severity.WARNING
    assert verdict.observed == f"{place}: a JSON web token"
    assert ("cron.job_run_details" in verdict.fix) is (not command.is_job)
