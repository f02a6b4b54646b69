"""The command of a guarded cron job."""

from __future__ import annotations

from collections.abc import Mapping

import pglast
import pytest
from pglast import ast

from supaops.config import Config, load
from supaops.errors import RenderError
from supaops.render import Kind, resources
from supaops.render.guard import guarded
from tests.projects import ROOT

HOSTILE = "it's $guard$ \\ --"


@pytest.fixture(scope="module")
def config() -> Config:
    return load(ROOT / "ops" / "config" / "job_queue.yaml", "production")


def commands(config: Config, **jobs: Mapping[str, object]) -> dict[str, str]:
    """Return the commands of a config with these cron jobs."""
    cron = type(config.cron).model_validate({"jobs": jobs})
    found = resources(config.model_copy(update={"cron": cron}))
    return {each.name: each.spec["command"] for each in found if each.kind is Kind.CRON_JOB}


def test_the_check_comes_first_and_in_one_transaction_with_the_statement() -> None:
    command = guarded(HOSTILE, "delete from t; -- old ones")
    check, statement = pglast.parse_sql(command)
    assert isinstance(check.stmt, ast.SelectStmt)
    assert isinstance(statement.stmt, ast.DeleteStmt)


@pytest.mark.parametrize(
    "statement",
    ["call p('$guard$')", "call p() -- a comment", "/* before */ call p(); -- after", "call ü.p()"],
)
def test_a_procedure_is_called_in_a_block_that_checks_first(statement: str) -> None:
    (raw,) = pglast.parse_sql(guarded(HOSTILE, statement))
    assert isinstance(raw.stmt, ast.DoStmt)
    (body,) = (each.arg.sval for each in raw.stmt.args or () if each.defname == "as")
    check, call, *_ = body.split(";")
    assert "supaops.require_armed(" in check
    assert call.strip().startswith("call")


@pytest.mark.parametrize("statement", ["vacuum", "reindex database d"])
def test_upkeep_of_the_copy_itself_stays_as_it_is(statement: str) -> None:
    assert guarded("upkeep", statement) == statement


def test_what_cannot_be_guarded_is_refused_with_a_remedy() -> None:
    with pytest.raises(RenderError) as caught:
        guarded("sync", "drop subscription s")
    assert caught.value.place == "cron.jobs.sync.sql"
    assert caught.value.hint == "set guard: false"


def test_the_cleanup_is_guarded_and_the_trigger_is_by_its_nonce(config: Config) -> None:
    tick = {"schedule": "* * * * *"}
    assert commands(
        config,
        post={**tick, "call": "trigger_worker"},
        clean={**tick, "call": "cleanup"},
        open={**tick, "sql": "select 1", "guard": False},
    ) == {
        "post": "select public.job_queue_trigger_worker()",
        "clean": "select supaops.require_armed('clean'); select public.job_queue_cleanup()",
        "open": "select 1",
    }


def test_without_the_guard_no_command_is_changed(config: Config) -> None:
    unguarded = config.model_copy(update={"clone_guard": False})
    job = {"schedule": "* * * * *", "call": "cleanup"}
    assert commands(unguarded, clean=job) == {"clean": "select public.job_queue_cleanup()"}


def test_without_the_guard_no_text_speaks_of_a_nonce(config: Config) -> None:
    unguarded = config.model_copy(update={"clone_guard": False})
    sending = ("post_to_worker", "harvest_responses", "job_queue_trigger_worker")
    texts = [
        each.definition
        for each in resources(unguarded)
        if each.kind is Kind.FUNCTION and each.name.endswith(sending)
    ]
    assert len(texts) == len(sending)
    assert not any(word in text for word in ("nonce", "disarm", "probe") for text in texts)


@pytest.mark.parametrize("end", ["", ";", "; -- ü", "\n;\n"])
def test_a_call_of_any_letters_comes_through_whole(end: str) -> None:
    assert "; call p('äöü', 'ß€')" in guarded("x", f"call p('äöü', 'ß€'){end}")
