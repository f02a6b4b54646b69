"""The guard of the deploy order: whether a registered worker has the handlers that are declared."""

from __future__ import annotations

import pytest

from supaops.db.live import LiveObject
from supaops.db.workers import Registered, handled_types
from supaops.plan.handlers import handler_warnings
from supaops.plan.model import Action, Change, Plan
from supaops.render.resource import Kind, Resource

NOOP, CREATE, DELETE = Action.NOOP, Action.CREATE, Action.DELETE


def worker(*handlers: str, name: str = "w", version: str | None = None) -> Registered:
    return Registered(name, frozenset(handlers), version)


def plan(workers: list[Registered], **task_types: Action) -> Plan:
    """Return a plan of these task types by what it does to them; a deleted one is live alone."""
    changes = [_change(name, action) for name, action in task_types.items()]
    return Plan("test", "r", "d", "1/5", tuple(changes), workers=tuple(workers))


def _change(name: str, action: Action) -> Change:
    desired = Resource(Kind.TASK_TYPE, name, "", "", {})
    live = LiveObject(Kind.TASK_TYPE, name, "")
    if action is DELETE:
        return Change(desired.address, action, "", live=live)
    return Change(desired.address, action, "", desired)


def test_a_type_without_a_handler_is_named_with_the_workers_and_their_versions() -> None:
    workers = [worker("sync", name="a:1", version="1.4.0"), worker("mail", name="b:2")]
    found = plan(workers, mail=NOOP, old=NOOP, report=CREATE, sync=NOOP)
    [warning] = handler_warnings(found)
    assert warning == (
        "no registered worker has a handler for old, report (new): their jobs would fail, so deploy"
        " the worker before anything enqueues them (registered: a:1 (1.4.0), b:2)"
    )


def test_many_of_them_are_counted() -> None:
    many = {f"type_{n}": NOOP for n in range(8)}
    workers = [worker("x", name=f"w{n}") for n in range(7)]
    [warning] = handler_warnings(plan(workers, **many))
    assert "type_4 and 3 more: " in warning
    assert warning.endswith("w4 and 2 more)")


@pytest.mark.parametrize(
    "workers",
    [
        [],
        [worker("mail"), worker("sync", "report", name="v")],
        [worker("mail"), worker("*", name="v")],
        [worker("mail"), worker(name="mute")],
    ],
    ids=["none is registered", "another has it", "one takes all", "one does not tell"],
)
def test_nothing_is_said_when_somebody_has_or_may_have_the_handler(
    workers: list[Registered],
) -> None:
    assert list(handler_warnings(plan(workers, sync=NOOP, report=CREATE))) == []


def test_what_is_declared_no_more_and_the_smoke_test_need_no_handler() -> None:
    found = plan([worker("mail")], mail=NOOP, gone=DELETE, supaops_smoke=NOOP)
    assert list(handler_warnings(found)) == []


def test_the_handlers_of_all_workers_count_together() -> None:
    assert handled_types((worker("a"), worker("b"))) == frozenset({"a", "b"})
    assert handled_types((worker("a"), worker("*"))) is None
    assert handled_types(()) is None
