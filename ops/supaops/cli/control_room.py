"""The control room of an environment, as `supaops dashboard` serves it."""

from __future__ import annotations

from datetime import timedelta

from supaops.cli.options import Target
from supaops.clock import utc_now
from supaops.db.connect import describe
from supaops.db.lending import Lender
from supaops.web.access.gate import Gate
from supaops.web.access.settings import AccessSettings
from supaops.web.checking import Checking
from supaops.web.rounds import Rounds
from supaops.web.site import Site

_CONNECTIONS = 5
_PATIENCE = timedelta(seconds=3)


def site_of(where: Target) -> Site:
    """Return the control room of an environment.

    Raises: ConfigError where nobody may come in, or it is half configured.
    """
    access = AccessSettings.of(where.config, where.resolved)
    database = Lender(
        where.database_url,
        size=_CONNECTIONS,
        application_name="supaops dashboard",
        patience=_PATIENCE,
    )
    desired = where.desired
    return Site(
        desired=desired,
        database=database,
        access=access,
        gate=Gate(access),
        clock=utc_now,
        target=describe(where.database_url),
        rounds=Rounds(Checking(desired, database, utc_now), desired.config.checks.total_timeout),
    )
