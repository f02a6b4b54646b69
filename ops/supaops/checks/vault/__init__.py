"""The secrets, by name; no value leaves the database."""

from supaops.checks.check import AnyCheck
from supaops.checks.vault.endpoint import endpoint
from supaops.checks.vault.grants import grants
from supaops.checks.vault.lifetime import age, rotation
from supaops.checks.vault.values import differs, legacy_key, missing, placeholder, undecryptable

CHECKS: tuple[AnyCheck, ...] = (
    missing,
    undecryptable,
    placeholder,
    differs,
    endpoint,
    grants,
    legacy_key,
    rotation,
    age,
)
