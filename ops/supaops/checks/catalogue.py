"""Every check, in the order of the chain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from supaops.checks import config, conn, cron, net, queue, security, sentry, vault, worker
from supaops.checks.check import AnyCheck
from supaops.config.suggest import did_you_mean
from supaops.errors import UsageError

CHECKS: tuple[AnyCheck, ...] = (
    *conn.CHECKS,
    *config.CHECKS,
    *cron.CHECKS,
    *net.CHECKS,
    *vault.CHECKS,
    *security.CHECKS,
    *queue.CHECKS,
    *worker.CHECKS,
    *sentry.CHECKS,
)


def selected(only: Sequence[str], skip: Sequence[str]) -> list[AnyCheck]:
    """Return the checks of `only`, or all, without those of `skip`; each names an id or a group.

    Raises: UsageError for a name that is neither.
    """
    for name in (*only, *skip):
        _require_known(name)
    return [each for each in CHECKS if (not only or _names(only, each)) and not _names(skip, each)]


def _names(names: Iterable[str], check: AnyCheck) -> bool:
    return any(name in (check.id, check.group) for name in names)


def _require_known(name: str) -> None:
    known = [*dict.fromkeys(each.group for each in CHECKS), *(each.id for each in CHECKS)]
    if name not in known:
        hint = did_you_mean(name, known, "all of them: supaops verify --list")
        raise UsageError(f"there is no check `{name}`", hint=hint)
