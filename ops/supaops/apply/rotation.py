"""Rotate a secret: new value in, both good for a while, proved by a real call, old value out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta

from supaops.apply.apply import Options, apply_plan
from supaops.apply.environment import require_own_environment
from supaops.apply.provenance import Provenance
from supaops.config.model import Config
from supaops.config.places import listed
from supaops.config.suggest import did_you_mean
from supaops.db.connect import Connection
from supaops.db.environment import GuardState, read_environment
from supaops.db.live import LiveObject, State, value_digest
from supaops.db.rotation import (
    Answer,
    answer,
    begin,
    call_worker,
    finish,
    former_lasts_until,
    is_under_way,
    undo,
)
from supaops.errors import Refused, SupaopsError
from supaops.plan import Desired, is_paused, read_plan
from supaops.plan.schema_version import require_known
from supaops.render.resource import Kind

_POLL_S = 0.1
_RETRY_S = 1.0  # a worker looks for rotations once a second at most
_SUCCESS = range(200, 300)
# A worker that compares secrets is told of the new one by the database; one that has to check
# signatures must be deployed with it meanwhile.
OVERLAP, SIGNED_OVERLAP = timedelta(minutes=5), timedelta(hours=24)

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did.

    Attributes:
        was_needed: false when Vault held the declared value already.
        http_status: of the call that proved it; None when the chain does not use the secret.
        is_signed_twice: posts are signed with the old value too, for as long as that is good.
            The call has then proved that one of the two is the worker's.
    """

    name: str
    was_needed: bool
    http_status: int | None = None
    is_signed_twice: bool = False


def rotate(
    conn: Connection,
    desired: Desired,
    name: str,
    provenance: Provenance,
    *,
    overlap: timedelta,
    timeout: timedelta,
    progress: Progress = lambda _step: None,
) -> Rotated:
    """Replace the value of a secret by the one that its source has now.

    It can be run again wherever it was interrupted: both values are good until it has ended.

    Args:
        overlap: how long the old value stays good after the new one has worked.
        timeout: how long the worker gets to accept the new one.
    Raises: SupaopsError when the secret is not applied yet, or the worker does not accept the new
        value, which is then taken back; LockHeld, Refused, DatabaseError.
    """
    require_own_environment(conn, desired.config.environment)
    _require_posting(conn, desired.config.environment)
    mine = _alone(desired, name)
    state = _read(conn, mine)
    live = _live(state, name, desired.config.environment)
    is_resumed = is_under_way(conn, name)
    if live.facts["value_matches"] and not is_resumed:
        return Rotated(name, was_needed=False)
    new = str(state.secret_digests[name])
    if not live.facts["value_matches"]:
        _require_no_overlap(conn, name, is_resumed=is_resumed)
        progress("writing the new value")
        begin(conn, name, [_digest(live), new])
        apply_plan(conn, mine, read_plan(conn, mine), provenance, Options(force=True))
    status = _prove(conn, desired.config, name, timeout, progress)
    if isinstance(status, Answer):
        undo(conn, name, new, state.recorded.get(live.address))
        raise _not_accepted(desired.config, name, status)
    is_signed = signs_with(desired.config, name)
    finish(conn, name, new, overlap, keeps_former=is_signed)
    return Rotated(name, was_needed=True, http_status=status, is_signed_twice=is_signed)


def signs_with(config: Config, name: str) -> bool:
    """Tell whether posts are signed with this secret, so that a worker needs its very value."""
    return config.worker.auth == "signature" and name == config.worker.secret


def _require_no_overlap(conn: Connection, name: str, *, is_resumed: bool) -> None:
    """Refuse a third value: posts are signed with two, and a worker may hold the first."""
    until = None if is_resumed else former_lasts_until(conn, name)
    if until is not None:
        raise Refused(
            f"{name} was rotated before, and its former value signs posts until "
            f"{until.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
            hint="give the worker the present value and wait until then",
        )


def _require_posting(conn: Connection, environment: str) -> None:
    """Refuse a database that must not post, for no call could prove the new value."""
    facts = read_environment(conn)
    if facts is not None and facts.state is GuardState.DISARMED:
        raise Refused(
            f"the database is disarmed by the {facts.disarmed_by}: {facts.disarmed_reason}",
            hint=f"supaops arm --env {environment}, then rotate",
        )


def _alone(desired: Desired, name: str) -> Desired:
    """Return the part of an environment that is this secret.

    Raises: SupaopsError when it is not declared.
    """
    address = f"{Kind.VAULT_SECRET}.{name}"
    found = tuple(each for each in desired.resources if each.address == address)
    if not found:
        known = sorted(desired.config.vault.secrets)
        hint = did_you_mean(name, known, f"declared: {listed(known)}")
        raise SupaopsError(f"vault.secrets declares no {name!r}", hint=hint)
    secrets = {name: desired.secrets[name]}
    return Desired(desired.config, found, secrets, address.__eq__, f"rotate {name}")


def _read(conn: Connection, desired: Desired) -> State:
    with conn.transaction():
        state = desired.state(conn)
    require_known(state.recorded)
    return state


def _live(state: State, name: str, environment: str) -> LiveObject:
    address = f"{Kind.VAULT_SECRET}.{name}"
    live = state.live.get(address)
    if live is None or address not in state.recorded:
        raise SupaopsError(f"{name} was not applied yet", hint=f"supaops apply --env {environment}")
    if is_paused(live):
        raise Refused(
            f"{name} holds a dummy value: an operator has paused the chain with it",
            hint=f"supaops resume --env {environment}, then rotate",
        )
    return live


def _digest(live: LiveObject) -> str:
    """Return the salted digest of the value that Vault holds."""
    return str(value_digest(live.definition))


def _prove(
    conn: Connection, config: Config, name: str, timeout: timedelta, progress: Progress
) -> int | Answer | None:
    """Return the status of a call that worked, or the answer to the last one that did not.

    None when the chain does not use the secret, so that no call could prove it.
    """
    if name not in (config.worker.secret, config.worker.endpoint):
        return None
    deadline = time.monotonic() + timeout.total_seconds()
    while True:
        progress("calling the worker with it")
        said = call(conn, deadline)
        if said.status_code in _SUCCESS:
            return said.status_code
        if time.monotonic() + _RETRY_S >= deadline:
            return said
        time.sleep(_RETRY_S)


def call(conn: Connection, deadline: float) -> Answer:
    """Have the worker called as by a tick, and return what it said.

    Args:    deadline: of `time.monotonic`; then the answer is that there was none.
    """
    request_id = call_worker(conn)
    while (said := answer(conn, request_id)) is None:
        if time.monotonic() >= deadline:
            return Answer(None, "no answer in time")
        time.sleep(_POLL_S)
    return said


def _not_accepted(config: Config, name: str, said: Answer) -> SupaopsError:
    seen = f"HTTP {said.status_code}" if said.status_code else (said.error or "no answer")
    hint = "`supaops serve` takes part by itself; give any other worker both values first"
    if signs_with(config, name):
        hint = "posts were signed with both values: look at the worker's log for what it refused"
    return SupaopsError(
        f"the worker did not accept the new value of {name} ({seen}); the old one is back",
        hint=hint,
    )
