"""Who may reach what."""

from supaops.checks.check import AnyCheck

CHECKS: tuple[AnyCheck, ...] = ()
