"""An upgrade: the part of an environment that is supaops' own, and no choice of its users. Pure."""

from __future__ import annotations

from dataclasses import replace

from supaops.errors import SupaopsError
from supaops.plan.desired import Desired
from supaops.plan.model import Plan
from supaops.plan.schema_version import installed_version
from supaops.render.resource import Kind
from supaops.render.resources import SMOKE_TASK_TYPE
from supaops.render.version import schema_version

OWN = frozenset({Kind.SCHEMA, Kind.FUNCTION, Kind.VIEW, Kind.TRIGGER, Kind.GRANT})
"""What a version of supaops brings; the rest is what the YAML says."""

_SMOKE = f"{Kind.TASK_TYPE}.{SMOKE_TASK_TYPE}"


def is_own(address: str) -> bool:
    """Tell whether a resource is supaops' own."""
    return address == _SMOKE or address.partition(".")[0] in OWN


def upgrading(desired: Desired) -> Desired:
    """Return the part of an environment that an upgrade brings to this version."""
    own = tuple(each for each in desired.resources if is_own(each.address))
    purpose = f"upgrade to schema version {schema_version()}"
    return replace(desired, resources=own, secrets={}, concerns=is_own, purpose=purpose)


def require_installed(plan: Plan) -> None:
    """Refuse to upgrade what was never applied.

    Raises: SupaopsError.
    """
    if not installed_version(plan):
        raise SupaopsError(
            "nothing was applied to this database yet, so there is nothing to upgrade",
            hint=f"supaops apply --env {plan.environment}",
        )
