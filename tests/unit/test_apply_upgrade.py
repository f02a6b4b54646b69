"""An upgrade that a worker's call has crossed is tried again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from supaops.apply import Applied, Options, upgrade
from supaops.db.errors import database_error
from supaops.errors import Deadlock

DONE = Applied((), 7)


def crossed(times: int) -> Callable[..., Applied]:
    """Return an apply that is ended by the server so many times before it gets through."""
    left = [database_error(psycopg.errors.DeadlockDetected("x"), "applying")] * times

    def apply(*_: object) -> Applied:
        if left:
            raise left.pop()
        return DONE

    return apply


def apply_upgrade() -> Applied:
    nothing: Any = None
    return upgrade.apply_upgrade(nothing, nothing, nothing, nothing, Options())


def test_an_upgrade_is_tried_again_after_a_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrade, "apply_plan", crossed(2))
    assert apply_upgrade() is DONE


def test_a_third_deadlock_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrade, "apply_plan", crossed(3))
    with pytest.raises(Deadlock) as caught:
        apply_upgrade()
    assert "run the same command again" in (caught.value.hint or "")
