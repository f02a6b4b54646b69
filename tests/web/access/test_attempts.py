"""How guesses are slowed down."""

from __future__ import annotations

import pytest

from supaops.web.access.attempts import Attempts


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def attempts(clock: Clock) -> Attempts:
    return Attempts(clock, most=100)


def fail(attempts: Attempts, times: int, name: str = "ada", address: str = "192.0.2.1") -> float:
    """Fail as often and return what the next attempt would have to wait."""
    for _ in range(times):
        assert attempts.begin(name, address) == 0
    return attempts.begin(name, address)


def test_five_failures_cost_a_wait_that_grows_to_a_quarter_of_an_hour(
    attempts: Attempts, clock: Clock
) -> None:
    waits = [fail(attempts, 5)]
    for _ in range(9):
        clock.now += waits[-1]
        waits.append(fail(attempts, 1))
    assert waits[:4] == [15, 30, 60, 120]
    assert waits[-2:] == [900, 900]


def test_an_attempt_during_the_wait_does_not_make_it_longer(
    attempts: Attempts, clock: Clock
) -> None:
    fail(attempts, 5)
    clock.now += 10
    assert attempts.begin("ada", "192.0.2.1") == 5


def test_one_who_guesses_a_name_keeps_nobody_else_out(attempts: Attempts) -> None:
    assert fail(attempts, 5, address="192.0.2.66") > 0
    assert attempts.begin("ada", "192.0.2.1") == 0


def test_one_address_may_not_try_one_name_after_the_other(attempts: Attempts) -> None:
    for number in range(25):
        assert attempts.begin(f"name {number}", "192.0.2.66") == 0
    assert attempts.begin("one more", "192.0.2.66") == 15
    assert attempts.begin("one more", "192.0.2.1") == 0


def test_all_addresses_of_one_ipv6_network_count_as_one(attempts: Attempts) -> None:
    for number in range(5):
        assert attempts.begin("ada", f"2001:db8::{number + 1}") == 0
    assert attempts.begin("ada", "2001:db8::ffff") > 0
    assert attempts.begin("ada", "2001:db8:0:1::1") == 0


def test_spaces_and_capitals_do_not_make_another_name(attempts: Attempts) -> None:
    for name in ("ada@example.test", "ADA@example.test", " ada@example.test", "Ada@", "ada@"):
        attempts.begin(name, "192.0.2.1")
    for name in ("Ada@Example.test", "ada@example.test "):
        assert attempts.begin(name, "192.0.2.1") == 0
    assert attempts.begin("ada@example.test", "192.0.2.1") > 0


def test_a_success_forgets_what_failed_before(attempts: Attempts) -> None:
    for _ in range(3):
        assert fail(attempts, 3) == 0
        attempts.succeeded("ada", "192.0.2.1")
    assert fail(attempts, 4) == 0


def test_an_account_of_ones_own_does_not_free_an_address_for_guesses(attempts: Attempts) -> None:
    for number in range(25):
        attempts.begin(f"name {number}", "192.0.2.66")
        if attempts.begin("mallory", "192.0.2.66") == 0:
            attempts.succeeded("mallory", "192.0.2.66")
    assert attempts.begin("one more", "192.0.2.66") > 0


def test_what_could_not_be_found_out_is_no_failure(attempts: Attempts) -> None:
    for _ in range(30):
        assert attempts.begin("ada", "192.0.2.1") == 0
        attempts.untold("ada", "192.0.2.1")


def test_failures_are_forgotten_after_a_quarter_of_an_hour(
    attempts: Attempts, clock: Clock
) -> None:
    assert fail(attempts, 4) == 0
    clock.now += 901
    assert fail(attempts, 4) == 0


def test_no_more_is_remembered_than_there_is_room_for(attempts: Attempts) -> None:
    for number in range(500):
        attempts.begin("ada", f"10.0.{number // 250}.{number % 250}")
    assert len(attempts) <= 102
