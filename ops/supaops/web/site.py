"""What every page has to hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from supaops.clock import Clock
from supaops.config.model import Config
from supaops.db.lending import Lender
from supaops.plan import Desired
from supaops.web.access.cookies import PATH
from supaops.web.access.gate import Gate
from supaops.web.access.settings import AccessSettings
from supaops.web.rounds import Rounds
from supaops.web.spent import Spent

BASE = PATH
"""Where the pages are: the playbook's Admin UI."""


@dataclass(frozen=True, slots=True)
class Site:
    """One environment's control room.

    Attributes:
        desired: what the environment should hold, for the checks and for what is declared.
        database: lends connections; opened and closed with the application.
        target: where the database is, without a password.
        rounds: what the checks say, shared by all who look; ended with the application.
        spent: what may be carried out only once, and was.
    """

    desired: Desired
    database: Lender
    access: AccessSettings
    gate: Gate
    clock: Clock
    target: str
    rounds: Rounds
    spent: Spent = field(default_factory=Spent)

    @property
    def config(self) -> Config:
        """Return the environment's config."""
        return self.desired.config

    @property
    def query_timeout(self) -> timedelta:
        """Return how long one statement of a page may take."""
        return self.config.dashboard.query_timeout
