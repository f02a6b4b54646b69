"""The secrets, by name; no value leaves the database."""

from supaops.checks.check import AnyCheck

CHECKS: tuple[AnyCheck, ...] = ()
