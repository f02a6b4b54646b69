"""The commands in what helps."""

from __future__ import annotations

import pytest

from supaops.report.health.remedy import segments


@pytest.mark.parametrize(
    ("fix", "commands"),
    [
        ("supaops smoke --env test", ["supaops smoke --env test"]),
        ("supaops verify --env test; it tells which link is broken", ["supaops verify --env test"]),
        ("give it a new value, then supaops rotate a --env test", ["supaops rotate a --env test"]),
        ("supaops rotate a --env test, which ends it", ["supaops rotate a --env test"]),
        ("select supaops.harvest_responses()", ["select supaops.harvest_responses()"]),
        ("select count(*), state from a where b", ["select count(*), state from a where b"]),
        ("select f(), and declare a cron job with call: f", []),
        ("set this machine's clock", []),
        ("", []),
    ],
)
def test_a_command_is_told_from_the_words_around_it(fix: str, commands: list[str]) -> None:
    parts = list(segments(fix))
    assert [each.text for each in parts if each.is_command] == commands
    assert "".join(each.text for each in parts) == fix
