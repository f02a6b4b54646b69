"""Whether failures are reported."""

from supaops.checks.check import AnyCheck

CHECKS: tuple[AnyCheck, ...] = ()
