"""Which resources a config becomes, to the byte."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from supaops.config import Config, load
from supaops.errors import RenderError
from supaops.render import Kind, resources, script
from supaops.render.environment import parse, render_sql
from supaops.render.objects import created_objects
from tests.projects import ROOT

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def config() -> Config:
    return load(ROOT / "ops" / "config" / "job_queue.yaml", "production")


def test_the_rendered_rows_and_grants_are_as_reviewed(config: Config) -> None:
    """Golden: what the templates of SQL objects do not show in review already.

    Renew with `make golden` and read the difference.
    """
    kinds = (Kind.TASK_TYPE, Kind.GRANT, Kind.CRON_JOB, Kind.VAULT_SECRET)
    text = script(each for each in resources(config) if each.kind in kinds)
    assert text == (GOLDEN / "production.sql").read_text(encoding="utf-8")


def test_every_address_is_unique_and_in_the_order_of_creation(config: Config) -> None:
    found = resources(config)
    assert len({each.address for each in found}) == len(found)
    positions = [each.kind.position for each in found]
    assert positions == sorted(positions)


def test_rendering_is_the_same_in_another_process_with_another_hash_seed(config: Config) -> None:
    program = (
        "from pathlib import Path; from supaops.config import load;"
        "from supaops.render import resources;"
        "c = load(Path('ops/config/job_queue.yaml'), 'production');"
        "import json; print(json.dumps([(r.address, r.sha256) for r in resources(c)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PYTHONHASHSEED": "1", "PATH": "", "PYTHONPATH": str(ROOT / "ops")},
        capture_output=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == [[each.address, each.sha256] for each in resources(config)]


def test_the_whole_script_is_sql(config: Config) -> None:
    assert len(parse(script(resources(config)), place="script")) > 100


def test_every_function_and_relation_has_a_grant(config: Config) -> None:
    found = resources(config)
    granted = {each.name for each in found if each.kind is Kind.GRANT}
    assert {each.name for each in found if each.kind in (Kind.FUNCTION, Kind.VIEW)} <= granted
    assert {"public.job_queue", "supaops.resource"} <= granted


def test_every_function_has_a_fixed_search_path_and_a_comment(config: Config) -> None:
    for each in resources(config):
        if each.kind is Kind.FUNCTION:
            assert "set search_path = pg_catalog, pg_temp" in each.definition, each.address
            assert "comment on function" in each.definition, each.address


def test_the_queue_can_have_another_name_and_schema(config: Config) -> None:
    queue = config.queue.model_copy(update={"name": "work", "schema_name": "app"})
    renamed = resources(config.model_copy(update={"queue": queue}))
    addresses = {each.address for each in renamed}
    assert {"function.app.work_enqueue", "grant.app.work"} <= addresses
    text = script(each for each in renamed if each.kind is not Kind.CRON_JOB)
    assert "app.work_enqueue" in text
    assert "public.job_queue" not in text


def test_a_text_that_is_not_sql_names_its_template_and_line() -> None:
    with pytest.raises(RenderError) as caught:
        parse("select 1;\nselekt 2;", place="functions/x.sql.j2")
    assert str(caught.value).startswith("functions/x.sql.j2:2: syntax error")


def test_a_template_that_does_not_exist_is_named() -> None:
    with pytest.raises(RenderError, match=r"nowhere\.sql\.j2"):
        render_sql("nowhere.sql.j2", {})


def test_objects_are_read_from_the_parse_tree_with_their_signature() -> None:
    text = (
        "create function public.f(a int, out b text, variadic c text[]) language sql as 'select 1';"
        'create view public."odd name" as select 1;'
    )
    found = created_objects(text, place="x")
    assert [each.reference for each in found] == [
        "public.f(integer, text[])",
        'public."odd name"',
    ]


def test_the_script_declares_only_what_a_task_type_says_itself_of_its_backoff(
    config: Config,
) -> None:
    data = config.queue.model_dump(by_alias=True)
    data["task_types"]["game_platform_sync"]["retry"] = {"base": "90s", "jitter": 0.5}
    changed = config.model_copy(update={"queue": type(config.queue).model_validate(data)})
    text = script(each for each in resources(changed) if each.name == "game_platform_sync")
    assert "payload_schema, retry_base, retry_jitter)" in text
    assert "make_interval(secs => 90.0), 0.5);" in text


def test_a_claim_knows_of_limits_only_where_there_are_some(config: Config) -> None:
    hot = "function.supaops.take_jobs"
    plain = {each.address: each.definition for each in resources(config)}
    assert "limit" not in _statements(plain[hot])
    data = config.queue.model_dump(by_alias=True)
    data["limits"] = {"default": {"concurrency": 3, "rate": "5/m"}}
    data["task_types"]["game_platform_sync"]["concurrency"] = 2
    changed = config.model_copy(update={"queue": type(config.queue).model_validate(data)})
    limited = resources(changed)
    assert {each.address for each in limited} - set(plain) == {
        "limit.queue.default",
        "limit.task_type.game_platform_sync",
    }
    assert "insert into supaops.limit (scope, name, concurrency, rate, period)\n" in script(limited)
    assert "values ('queue', 'default', 3, 5, make_interval(secs => 60.0));" in script(limited)
    assert "limited_lanes" in next(each for each in limited if each.address == hot).definition


def _statements(function: str) -> str:
    """Return a function without the argument `limit` and the SQL keyword."""
    return function.replace('"limit"', "").replace("check_limit", "").replace(" limit ", "")
