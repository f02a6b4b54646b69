"""What a rotation says when it is done."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from supaops.apply.rotation import Rotated
from supaops.report.rotation import rotated_lines

UNTIL = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def told(done: Rotated) -> str:
    lines = [line.plain for line in rotated_lines(done, UNTIL)]
    assert max(map(len, lines)) <= 80
    return " ".join(lines)


@pytest.mark.parametrize(
    ("done", "says", "says_not"),
    [
        (Rotated("key", was_needed=False), "nothing to rotate", "until"),
        (Rotated("key", was_needed=True), "no call could prove it", "until"),
        (
            Rotated("key", was_needed=True, http_status=200),
            "The old value is good until 2026-01-02 03:04:05 UTC. Give the worker the new one with",
            "signed",
        ),
        (
            Rotated("key", was_needed=True, http_status=200, is_signed_twice=True),
            "signed with the old value too, until 2026-01-02 03:04:05 UTC. Which of them",
            "next deployment",
        ),
    ],
)
def test_it_says_what_is_good_until_when_and_what_is_left_to_do(
    done: Rotated, says: str, says_not: str
) -> None:
    assert says in told(done)
    assert says_not not in told(done)
