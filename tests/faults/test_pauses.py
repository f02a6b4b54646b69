"""What an operator has stopped on purpose is told, and is no outage until it should have ended."""

from __future__ import annotations

import pytest

from supaops.checks.finding import Finding
from supaops.status import Severity
from tests.faults.fault import Scene, judge

pytestmark = pytest.mark.stack

_PAUSE = """
insert into supaops.pause (queue, task_type, how, reason, until, paused_by, paused_at)
values ('*', '*', '{how}', 'a move', {until}, 'ada', now() - interval '5 minutes')
"""
# Beyond any tick's, so that it is the newest.
_ANSWER = """
insert into supaops.dispatch (id, backend_pid, request_id, status_code, content, responded_at)
overriding system value
values (1000000000000000, 1, 1000000000000000, {status}, 'job processing is disabled',
        clock_timestamp())
"""
_STOPPED = """
select cron.alter_job(jobid, active := false) from cron.job where jobname = 'job_queue_worker'
"""
_DUMMY = """
select vault.update_secret(id, new_secret := 'PAUSED') from vault.secrets
 where name = 'job_queue_runner_secret'
"""
EFFECTS = {
    "secret": (_ANSWER.format(status=401), "net.credential"),
    "worker": (_ANSWER.format(status=503), "net.server_error"),
    "cron": (_STOPPED, "cron.jobs"),
}


def told(scene: Scene, name: str) -> Finding:
    [found] = [each for each in judge(scene) if each.id == name]
    return found


@pytest.mark.parametrize("how", EFFECTS)
def test_the_effect_of_a_pause_is_a_warning_that_names_it(scene: Scene, how: str) -> None:
    effect, name = EFFECTS[how]
    scene.sql(_PAUSE.format(how=how, until="now() + interval '1 hour'"))
    scene.sql(effect)
    found = told(scene, name)
    assert found.severity is Severity.WARNING
    assert found.observed.startswith(f"paused by the {how}, by ada: a move; ")
    assert found.fix == "when the pause is over: supaops resume --env test"


@pytest.mark.parametrize("how", EFFECTS)
def test_a_pause_that_has_outlasted_its_end_excuses_nothing(scene: Scene, how: str) -> None:
    effect, name = EFFECTS[how]
    scene.sql(_PAUSE.format(how=how, until="now() - interval '1 minute'"))
    scene.sql(effect)
    assert told(scene, name).severity is Severity.CRITICAL


@pytest.mark.parametrize("how", ["cron", "worker"])
def test_a_pause_excuses_no_fault_of_another_kind(scene: Scene, how: str) -> None:
    scene.sql(_PAUSE.format(how=how, until="null"))
    scene.sql(_ANSWER.format(status=401))
    assert told(scene, "net.credential").severity is Severity.CRITICAL


def test_the_playbooks_pause_by_hand_is_known_by_its_dummy(scene: Scene) -> None:
    scene.sql(_DUMMY)
    scene.sql(_ANSWER.format(status=401))
    found = told(scene, "net.credential")
    assert found.severity is Severity.WARNING
    assert found.observed.startswith("paused by the secret, by hand; ")
