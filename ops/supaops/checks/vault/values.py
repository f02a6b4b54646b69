"""Does Vault hold the values that the chain needs?"""

from __future__ import annotations

from supaops.checks.check import check, critical, ok, warning
from supaops.checks.finding import Verdict
from supaops.checks.vault.facts import SecretFacts, VaultFacts, vault_facts
from supaops.config.model import Config


@check(
    "vault.missing",
    reads=vault_facts,
    title="Each declared secret is in Vault",
    why="A tick that does not find the worker's URL or secret posts nothing.",
)
def missing(config: Config, facts: VaultFacts) -> Verdict:
    """Judge whether each declared secret is there under its name."""
    gone = [each for each in facts.secrets if not each.is_there]
    if not gone:
        return ok(f"{len(facts.secrets)} there", value=0)
    return critical(f"not there: {_names(gone)}", _apply(config), **_details(gone))


@check(
    "vault.undecryptable",
    reads=vault_facts,
    title="Vault can decrypt each declared secret",
    why="After a restore without Vault's root key the rows are there and their values are lost: "
    "every tick fails.",
)
def undecryptable(config: Config, facts: VaultFacts) -> Verdict:
    """Judge whether Vault's key is the one that the values were written with."""
    lost = [each for each in facts.secrets if not each.decrypts]
    if not lost:
        return ok("all decrypt", value=0)
    return critical(f"cannot be decrypted: {_names(lost)}", _apply(config), **_details(lost))


@check(
    "vault.placeholder",
    reads=vault_facts,
    title="Each secret holds a value, and no stand-in for one",
    why="The worker refuses a post that carries `changeme`, and answers 401 to every tick.",
)
def placeholder(config: Config, facts: VaultFacts) -> Verdict:
    """Judge whether a value is empty or a placeholder; the dummy of a pause is a WARNING."""
    held = [each for each in facts.secrets if each.value]
    forgotten = [s for s in held if s.value and (s.value.is_empty or s.value.is_placeholder)]
    paused = [s for s in held if s.value and s.value.is_paused]
    if forgotten:
        return critical(
            f"no real value: {_names(forgotten)}", _apply(config), **_details(forgotten)
        )
    if paused:
        fix = f"when the pause is over: supaops resume --env {config.environment}"
        return warning(f"paused by the secret: {_names(paused)}", fix, **_details(paused))
    return ok("real values", value=0)


@check(
    "vault.differs",
    reads=vault_facts,
    title="Each secret has the value of its source",
    why="A worker that is deployed with the source's value refuses what the database sends.",
)
def differs(config: Config, facts: VaultFacts) -> Verdict:
    """Judge whether a real value is another than the source's, unless both are good now."""
    other = [s for s in facts.secrets if s.is_real and not s.matches and not s.is_rotating]
    if not other:
        return ok("as their sources say", value=0)
    fix = f"supaops rotate {other[0].name} --env {config.environment}"
    return warning(f"not the source's value: {_names(other)}", fix, **_details(other))


@check(
    "vault.legacy_key",
    reads=vault_facts,
    title="No secret is one of Supabase's old keys",
    why="A JSON web token such as the service_role key cannot be changed alone: a new one "
    "signs out everybody.",
)
def legacy_key(config: Config, facts: VaultFacts) -> Verdict:
    """Judge whether a value looks like a JSON web token."""
    old = [each for each in facts.secrets if each.value and each.value.is_legacy_key]
    if not old:
        return ok("none", value=0)
    fix = (
        "make a secret key (sb_secret_...) in the dashboard, give it to the secret's source, then "
    )
    fix += f"supaops rotate {old[0].name} --env {config.environment}"
    return warning(f"a JSON web token: {_names(old)}", fix, **_details(old))


def _names(found: list[SecretFacts]) -> str:
    return ", ".join(each.name for each in found)


def _details(found: list[SecretFacts]) -> dict[str, object]:
    return {
        "value": len(found),
        "evidence": tuple(each.name for each in found),
        "declared_at": ("vault", "secrets", found[0].name),
    }


def _apply(config: Config) -> str:
    return f"supaops apply --env {config.environment}"
