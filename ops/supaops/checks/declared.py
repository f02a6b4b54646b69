"""What an environment should hold, as far as its secrets are known."""

from __future__ import annotations

from supaops.config import Config, Resolved
from supaops.plan import Desired
from supaops.render import Kind, resources


def declared(config: Config, resolved: Resolved) -> Desired:
    """Return the desired state without judging secrets whose value is not there.

    They would look changed: there is nothing to compare Vault's value with.
    """
    unknown = {
        f"{Kind.VAULT_SECRET}.{name}" for name in {*config.vault.secrets} - {*resolved.secrets}
    }
    return Desired(
        config,
        resources(config),
        resolved.secrets,
        concerns=lambda address: address not in unknown,
        sentry_dsn=lambda: resolved.sentry_dsn,
    )
