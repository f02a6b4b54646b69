"""Workers tell that they are there, and which handlers they have."""

from __future__ import annotations

from typing import LiteralString

import psycopg
import pytest

from supaops.db.connect import Connection
from tests.db.calls import column, value

REGISTER = "select job_queue_register_worker('w', array['plain'], '{\"version\": \"1\"}')"
AGE = "update supaops.worker set started_at = now() - %s::interval, seen_at = now() - %s::interval"


def test_a_worker_is_there_from_its_first_report_to_its_stop(queue: Connection) -> None:
    queue.execute(REGISTER)
    [row] = queue.execute("select * from supaops.worker").fetchall()
    assert (row["name"], row["handlers"], row["about"]) == ("w", ["plain"], {"version": "1"})
    assert row["started_at"] == row["seen_at"]
    assert value(queue, "select job_queue_forget_worker('w')") is True
    assert value(queue, "select job_queue_forget_worker('w')") is False


def test_each_report_replaces_the_one_before_it(queue: Connection) -> None:
    queue.execute(REGISTER)
    queue.execute(AGE, ["10 min", "4 min"])
    queue.execute("select job_queue_register_worker('w', '{*}')")
    [row] = queue.execute("select *, seen_at = now() as just_now from supaops.worker").fetchall()
    assert (row["handlers"], row["about"]) == (["*"], {})
    assert row["seen_at"] > row["started_at"]


def test_a_worker_that_comes_back_after_a_silence_has_started_anew(queue: Connection) -> None:
    queue.execute(REGISTER)
    queue.execute(AGE, ["1 hour", "6 min"])
    queue.execute(REGISTER)
    assert value(queue, "select started_at = seen_at from supaops.worker") is True


@pytest.mark.parametrize("arguments", ["'', '{}'", "null, '{}'", "'w', null", "'w', '{a,null}'"])
def test_a_report_without_a_name_or_a_list_is_refused(
    queue: Connection, arguments: LiteralString
) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="name and the list"):
        queue.execute(f"select job_queue_register_worker({arguments})")


def test_a_worker_that_was_silent_for_a_day_is_removed(queue: Connection) -> None:
    for name in ("old", "new"):
        queue.execute("select job_queue_register_worker(%s, '{}')", [name])
    queue.execute(
        "update supaops.worker set seen_at = now() - interval '25 hours' where name='old'"
    )
    queue.execute("select job_queue_maintain()")
    assert column(queue, "select name from supaops.worker") == ["new"]
