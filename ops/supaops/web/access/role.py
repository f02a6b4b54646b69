"""Who somebody is, how they came in, and what they may do. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Role(IntEnum):
    """What somebody may do; each may do what the ones before it may."""

    VIEWER = 1
    """Look at everything."""
    OPERATOR = 2
    """Retry, cancel and clone jobs, pause and resume queues, run a cron job now."""
    ADMIN = 3
    """Stop and start cron jobs and the whole chain."""

    @property
    def label(self) -> str:
        """Return the role as the YAML has it."""
        return self.name.lower()


def role_named(label: object) -> Role | None:
    """Return the role of that label; None for whatever else stands there."""
    return next((each for each in Role if each.label == label), None)


class Way(StrEnum):
    """How somebody came in."""

    SESSION = "session"
    """By the form, which began a session of ours."""
    HEADER = "header"
    """By ``Authorization``, as a script does."""
    APPLICATION = "application"
    """By the cookie of an application that they have signed in to."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who has signed in.

    Attributes:
        name: as the audit has it.
        session: what the forms made for them are bound to.
    """

    name: str
    role: Role
    session: str = ""
    way: Way = Way.SESSION

    def may(self, role: Role) -> bool:
        """Tell whether they may do what this role may."""
        return self.role >= role
