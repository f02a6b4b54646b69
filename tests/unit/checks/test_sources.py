"""What a watcher keeps from one round to the next, and what it reads anew."""

from __future__ import annotations

import pytest

from supaops.checks.sources import Kept, Sources
from supaops.errors import ConfigError, ConnectionFailed, SupaopsError


class Reading:
    """A reader that counts how often it was asked, and fails for the first few times."""

    def __init__(self, failures: int = 0) -> None:
        self.asked = 0
        self._failures = failures

    def __call__(self, _sources: Sources) -> int:
        self.asked += 1
        if self.asked <= self._failures:
            raise SupaopsError("no answer")
        return self.asked


def round_of(kept: Kept) -> Sources:
    away = ConnectionFailed("away")
    return Sources(away, ConfigError([]), timeout_s=1.0, ends_at=0.0, kept=kept)


def test_what_is_dear_is_read_once_for_many_rounds() -> None:
    dear, cheap = Reading(), Reading()
    kept = Kept(frozenset({dear}), for_s=60)
    for _ in range(3):
        sources = round_of(kept)
        assert sources.facts(dear) == 1
        sources.facts(cheap)
    assert (dear.asked, cheap.asked) == (1, 3)


def test_what_is_old_is_read_anew() -> None:
    dear = Reading()
    kept = Kept(frozenset({dear}), for_s=0)
    assert [round_of(kept).facts(dear) for _ in range(3)] == [1, 2, 3]


def test_a_failure_is_not_kept() -> None:
    dear = Reading(failures=1)
    kept = Kept(frozenset({dear}), for_s=60)
    with pytest.raises(SupaopsError):
        round_of(kept).facts(dear)
    assert round_of(kept).facts(dear) == 2
