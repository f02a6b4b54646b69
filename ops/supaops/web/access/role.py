"""Who somebody is, and what they may do. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


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

    def may(self, role: Role) -> bool:
        """Tell whether they may do what this role may."""
        return self.role >= role
