"""The schedule parser beside a real pg_cron."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from supaops.config.schedule import ScheduleError, parse_schedule
from tests.property.schedules import crontabs

_ACCEPTS = """
create or replace function pg_temp.accepts(schedule text) returns boolean language plpgsql as $$
begin
    perform cron.schedule('supaops_grammar', schedule, 'select 1');
    return true;
exception when others then
    if sqlerrm not like 'invalid schedule:%' then raise; end if;
    return false;
end
$$
"""


@pytest.mark.stack
def test_pg_cron_itself_accepts_and_refuses_the_same(stack: Any, db: Any) -> None:
    if "pg_cron" not in stack.native:
        pytest.skip("needs the real pg_cron: apt-get install postgresql-17-cron")

    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(crontabs(), min_size=40, max_size=40, unique=True))
    def compare(texts: list[str]) -> None:
        rows = db.execute(
            "select s, pg_temp.accepts(s) as accepted from unnest(%s::text[]) as s", [texts]
        ).fetchall()
        assert {row["s"]: row["accepted"] for row in rows} == {s: _accepted(s) for s in texts}

    with db.transaction(force_rollback=True):
        db.execute(_ACCEPTS)
        compare()


def _accepted(text: str) -> bool:
    try:
        parse_schedule(text)
    except ScheduleError:
        return False
    return True
