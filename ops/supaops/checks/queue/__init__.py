"""The jobs: how long they wait, how they end, what is left of them."""

from supaops.checks.check import AnyCheck

CHECKS: tuple[AnyCheck, ...] = ()
