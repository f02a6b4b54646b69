"""The worker, asked directly."""

from supaops.checks.check import AnyCheck

CHECKS: tuple[AnyCheck, ...] = ()
