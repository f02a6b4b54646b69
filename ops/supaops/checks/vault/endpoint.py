"""Does the worker's URL lead where pg_net can and may post?"""

from __future__ import annotations

from supaops.checks.check import check, critical, ok, skipped, warning
from supaops.checks.finding import Verdict
from supaops.checks.vault.facts import VaultFacts, vault_facts
from supaops.config.model import Config
from supaops.db.health.vault import Reach, ValueFacts


@check(
    "vault.endpoint",
    reads=vault_facts,
    title="The worker's URL can be posted to",
    why="pg_net posts from the database's machine: a URL that is right here may lead nowhere "
    "there, and one without TLS shows the secret on the way.",
)
def endpoint(config: Config, facts: VaultFacts) -> Verdict:
    """Judge the form of the URL and where it leads, by its host's name alone."""
    name = config.worker.endpoint
    secret = next((each for each in facts.secrets if each.name == name), None)
    if secret is None:
        return skipped(f"vault.secrets does not declare {name}")
    if secret.value is None or not secret.is_real:
        return skipped(f"{name} holds no value: see the other checks of Vault")
    fault = _fault(secret.value, is_local=facts.is_local)
    fix = f"correct what {name} is read from, then supaops apply --env {config.environment}"
    at = ("vault", "secrets", name)
    if fault:
        return critical(f"{name} {fault}", fix, declared_at=at)
    if not secret.value.is_source_host and not secret.is_rotating:
        return warning(f"{name} leads to another host than its source", fix, declared_at=at)
    return ok(f"{'https' if secret.value.is_https else 'http'}, {secret.value.reach} host")


def _fault(value: ValueFacts, *, is_local: bool) -> str:
    if value.reach is None:
        return "is no http or https URL"
    if value.reach is Reach.LOOPBACK and not is_local:
        return "leads to the database's own machine, and the database is not on this one"
    if value.reach is Reach.PUBLIC and not value.is_https:
        return "sends the secret over plain http to a public host"
    return ""
