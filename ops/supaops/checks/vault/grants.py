"""Who can read the secrets?"""

from __future__ import annotations

from supaops.checks.check import check, critical, ok
from supaops.checks.facts import exposure_facts
from supaops.checks.finding import Verdict
from supaops.checks.security.exposed import Exposures, about
from supaops.config.model import Config


@check(
    "vault.grants",
    reads=exposure_facts,
    title="The Data API cannot read Vault",
    why="Whoever may read vault.decrypted_secrets has every secret of the project.",
)
def grants(config: Config, facts: Exposures) -> Verdict:
    """Judge whether the Data API's roles, or everybody, may read the decrypted secrets."""
    del config
    found = about(facts, "vault_grants")
    if not found:
        return ok("none may", value=0)
    roles = found[0].detail
    fix = f"as the role that granted it: revoke all on vault.decrypted_secrets from {roles}; "
    return critical(f"open to {roles}", fix + "then rotate every secret")
