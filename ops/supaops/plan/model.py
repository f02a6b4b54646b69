"""What a plan is: one Change per resource, and the sums that people and scripts look at."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from supaops.db.live import LiveObject, Recorded
from supaops.db.workers import Registered
from supaops.render.resource import Kind, Resource


class Action(StrEnum):
    """What a plan says of one resource.

    create, update and delete follow the config; drift is a change behind our back that an apply
    repairs; conflict is one that an apply refuses without ``--force``; foreign is somebody else's.
    """

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    DRIFT = "drift"
    CONFLICT = "conflict"
    FOREIGN = "foreign"
    NOOP = "no-op"


# Kinds whose desired and live texts are in one language, so that they can be compared directly.
ROW_KINDS = frozenset({Kind.TASK_TYPE, Kind.LIMIT, Kind.CRON_JOB, Kind.VAULT_SECRET})

QUIET = frozenset({Action.NOOP, Action.FOREIGN})


class Digests(NamedTuple):
    """SHA-256 in hex of the three sides of a change; None where a side does not exist."""

    desired: str | None
    recorded: str | None
    live: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One resource's verdict.

    Attributes:
        reason: one clause that says why, without any secret.
        desired, recorded, live: the three sides; None where it does not exist.
    """

    address: str
    action: Action
    reason: str
    desired: Resource | None = None
    recorded: Recorded | None = None
    live: LiveObject | None = None

    @property
    def kind(self) -> Kind:
        """Return the kind of the resource."""
        return Kind(self.address.split(".", 1)[0])

    @property
    def digests(self) -> Digests:
        """Return the digest of each side."""
        sides = (self.desired, self.recorded, self.live)
        return Digests(*(side.sha256 if side else None for side in sides))

    @property
    def order(self) -> tuple[bool, int, str]:
        """Return the sort key of a plan: deletions last and in reverse, else by kind and name."""
        deletes = self.action is Action.DELETE
        return (deletes, -self.kind.position if deletes else self.kind.position, self.address)


@dataclass(frozen=True, slots=True)
class Plan:
    """Every resource's change for one environment, in the order of execution.

    Attributes:
        database_id: tells this database from every other one; see `State`.
        logs_parameters: whether a value that an apply writes gets into the server's log.
        workers: those that have reported of late; no part of what an apply changes.
    """

    environment: str
    role: str
    database: str
    database_id: str
    changes: tuple[Change, ...]
    logs_parameters: bool = False
    workers: tuple[Registered, ...] = ()

    def of(self, *actions: Action) -> list[Change]:
        """Return the changes with any of these actions, in order."""
        return [change for change in self.changes if change.action in actions]

    @property
    def of_record(self) -> list[Change]:
        """Return the changes of resources that an apply has recorded; none on a fresh database."""
        return [change for change in self.changes if change.recorded is not None]

    @property
    def is_first(self) -> bool:
        """Tell whether nothing was applied to the database yet."""
        return not self.of_record

    @property
    def pending(self) -> list[Change]:
        """Return what is not as declared: everything but no-op and foreign."""
        return [change for change in self.changes if change.action not in QUIET]

    @property
    def counts(self) -> dict[Action, int]:
        """Return how many changes there are per action, zero included."""
        counter = Counter(change.action for change in self.changes)
        return {action: counter[action] for action in Action}

    @property
    def fingerprint(self) -> str:
        """Return a digest of all three sides of every change.

        Two plans are equal exactly when config, record and live state are; an apply compares it
        under the lock with that of the plan that was shown.
        """
        lines = (
            "|".join((c.address, c.action, *(digest or "-" for digest in c.digests)))
            for c in self.changes
            if c.action is not Action.FOREIGN
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()
