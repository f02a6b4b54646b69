"""What an apply says that it did."""

from __future__ import annotations

import pytest

from supaops.apply import Applied
from supaops.plan import Action, Change, Plan
from supaops.report.apply_text import applied_lines


def plan(*actions: Action) -> Plan:
    changes = tuple(Change(f"cron_job.{n}", action, "") for n, action in enumerate(actions))
    return Plan("local", "postgres", "postgres", "1/5", changes)


CREATED = Change("cron_job.0", Action.CREATE, "")
DELETED = Change("cron_job.1", Action.DELETE, "")
PRUNE = "1 no longer declared; `supaops apply --prune` deletes them."


@pytest.mark.parametrize(
    ("shown", "applied", "told"),
    [
        (plan(Action.NOOP), Applied((), None), []),
        (
            plan(Action.CREATE),
            Applied((), None),
            ["Nothing was left to do: another apply came first."],
        ),
        (plan(Action.CREATE), Applied((CREATED,), 7), ["Applied 1 change as revision 7."]),
        (plan(Action.DELETE), Applied((), None), [PRUNE]),
        (
            plan(Action.CREATE, Action.DELETE),
            Applied((CREATED,), 7),
            ["Applied 1 change as revision 7.", PRUNE],
        ),
        (plan(Action.DELETE), Applied((DELETED,), 7), ["Applied 1 change as revision 7."]),
    ],
)
def test_an_apply_tells_what_it_did_and_what_it_left(
    shown: Plan, applied: Applied, told: list[str]
) -> None:
    assert [line.plain for line in applied_lines(shown, applied)] == told
