"""What an operator has stopped on purpose is no outage: its effects are told, and wake nobody.

A pause that has outlasted its `until` excuses nothing, and one without an end is the matter of
``queue.paused`` in time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from supaops.checks.finding import Finding
from supaops.checks.queue.facts import held
from supaops.checks.sources import Sources
from supaops.checks.vault.facts import vault_facts
from supaops.db.health.queue import Pause
from supaops.errors import SupaopsError
from supaops.status import Severity

_WAITING = frozenset(
    {"queue.oldest_ready", "queue.growth", "queue.drain_time", "worker.last_success"}
)
_EFFECTS = {
    "flag": frozenset[str](),
    "cron": _WAITING | {"cron.jobs", "cron.ticks", "net.no_evidence"},
    "secret": _WAITING | {"net.credential", "net.failures"},
    "worker": _WAITING | {"net.server_error", "net.failures", "worker.reachable"},
}
"""By how a pause was made: the checks that turn for nothing but that. A flag's effects are known
to the checks themselves, by queue and task type."""


@dataclass(frozen=True, slots=True)
class Excuse:
    """A pause of the whole chain that is as it was said to be."""

    how: str
    told: str
    is_of_chain: bool = True

    def covers(self, finding: Finding) -> bool:
        """Tell whether a finding is nothing but this pause's effect."""
        effects = _EFFECTS.get(self.how, frozenset())
        return finding.id in (effects if self.is_of_chain else effects - _WAITING)


def excused(sources: Sources, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings, those that a pause explains as warnings that name it.

    The pauses are read only if there is something to be explained.
    """
    found = list(findings)
    bad = {each.id for each in found if each.severity.rank > Severity.WARNING.rank}
    if not bad & frozenset().union(*_EFFECTS.values()):
        return found
    excuses = _excuses(sources)
    return [_excused(each, excuses, sources) if each.id in bad else each for each in found]


def _excuses(sources: Sources) -> list[Excuse]:
    try:
        pauses = sources.facts(held).pauses
        told = [
            Excuse(each.how, _told(each), each.is_of_chain) for each in pauses if _is_as_said(each)
        ]
        return [*told, *_by_hand(sources)]
    except SupaopsError:
        return []  # what cannot be read excuses nothing


def _by_hand(sources: Sources) -> Iterable[Excuse]:
    """Yield the playbook's own pause, which leaves nothing but the dummy in Vault."""
    name = sources.desired.config.worker.secret
    for each in sources.facts(vault_facts).secrets:
        if each.name == name and each.value is not None and each.value.is_paused:
            yield Excuse("secret", "paused by the secret, by hand")


def _is_as_said(pause: Pause) -> bool:
    return pause.holds and (pause.past_end_s is None or pause.past_end_s < 0)


def _told(pause: Pause) -> str:
    return f"paused by the {pause.how}, by {pause.paused_by}: {pause.reason}"


def _excused(finding: Finding, excuses: Iterable[Excuse], sources: Sources) -> Finding:
    excuse = next((each for each in excuses if each.covers(finding)), None)
    if excuse is None:
        return finding
    verdict = replace(
        finding.verdict,
        severity=Severity.WARNING,
        observed=f"{excuse.told}; {finding.observed}",
        fix=f"when the pause is over: supaops resume --env {sources.desired.config.environment}",
    )
    return replace(finding, verdict=verdict)
