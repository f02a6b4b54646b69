"""How long has a value been good, and for how long have two?"""

from __future__ import annotations

from collections.abc import Sequence

from supaops.checks.check import check, graded, ok
from supaops.checks.finding import Verdict
from supaops.checks.vault.facts import VaultFacts, vault_facts
from supaops.config.model import Config
from supaops.config.references import ProjectUrl

_DAY_S = 86_400


@check(
    "vault.age",
    reads=vault_facts,
    title="Secrets are renewed",
    why="A value that nobody has changed for long is known to those who have left.",
)
def age(config: Config, facts: VaultFacts) -> Verdict:
    """Judge the oldest value; URLs are no secrets that grow old."""
    ages = [(s.value.age_s, s.name) for s in facts.secrets if s.value and _ages(config, s.name)]
    if not ages:
        return ok("none that grows old")
    oldest_s, name = max(ages)
    return graded(
        oldest_s,
        config.checks.thresholds("vault.age"),
        f"{name}: {oldest_s / _DAY_S:.0f} days",
        fix=f"give its source a new value, then supaops rotate {name} --env {config.environment}",
        unit="s",
        declared_at=("vault", "secrets", name),
    )


def _ages(config: Config, name: str) -> bool:
    if name == config.worker.endpoint:
        return False
    return not isinstance(config.vault.secrets[name].value, ProjectUrl)


@check(
    "vault.rotation",
    reads=vault_facts,
    title="No rotation was left open",
    why="As long as it is open the old value is good too, which a rotation is to end.",
)
def rotation(config: Config, facts: VaultFacts) -> Verdict:
    """Judge the rotation that has been open longest."""
    opened = [(s.open_s, s.name) for s in facts.secrets if s.open_s is not None]
    if not opened:
        return ok("none open", value=0, unit="s")
    open_s, name = max(opened)
    return graded(
        open_s,
        config.checks.thresholds("vault.rotation"),
        f"{name}: two values are good for {open_s / 60:.0f} min",
        fix=f"supaops rotate {name} --env {config.environment}, which ends what it began",
        unit="s",
        declared_at=("vault", "secrets", name),
        evidence=_names(opened),
    )


def _names(opened: Sequence[tuple[float, str]]) -> tuple[str, ...]:
    return tuple(name for _, name in sorted(opened, reverse=True))
