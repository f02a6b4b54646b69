"""Every check, in the order of the chain: from the files on this machine outward."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from supaops.checks import config, conn, cron, net, queue, security, sentry, vault, worker
from supaops.checks.check import AnyCheck
from supaops.config import Config, config_place
from supaops.config.places import shorten
from supaops.config.suggest import did_you_mean
from supaops.errors import ConfigError, SupaopsError, UsageError

CHECKS: tuple[AnyCheck, ...] = (
    *config.CHECKS,
    *conn.CHECKS,
    *cron.CHECKS,
    *net.CHECKS,
    *vault.CHECKS,
    *security.CHECKS,
    *queue.CHECKS,
    *worker.CHECKS,
    *sentry.CHECKS,
)

_ALL = "all of them: supaops verify --list"


def selected(only: Sequence[str], skip: Sequence[str]) -> list[AnyCheck]:
    """Return the checks of `only`, or all, without those of `skip`; each names an id or a group.

    Raises: UsageError for a name that is neither.
    """
    for name in (*only, *skip):
        _require_known(name)
    return [each for each in CHECKS if (not only or _names(only, each)) and not _names(skip, each)]


def check_named(id: str) -> AnyCheck:  # noqa: A002  it is called so everywhere else
    """Return one check.

    Raises: UsageError for a name that is none; that of a group is none.
    """
    found = next((each for each in CHECKS if each.id == id), None)
    if found is None:
        hint = did_you_mean(id, [each.id for each in CHECKS], _ALL)
        raise UsageError(f"there is no check `{id}`", hint=hint)
    return found


def left_out(declared: Config) -> list[str]:
    """Return the names in `checks.skip` of the YAML.

    Raises: ConfigError for each that is neither a check's nor a group's, with its place.
    """
    names = declared.checks.skip
    problems = [_misspelt(declared, at) for at, name in enumerate(names) if name not in _known()]
    if problems:
        raise ConfigError(problems)
    return names


def _misspelt(declared: Config, at: int) -> SupaopsError:
    name = declared.checks.skip[at]
    return SupaopsError(
        f"checks.skip: there is no check `{shorten(name)}`",
        place=config_place(declared, ("checks", "skip", at)),
        hint=did_you_mean(name, _known(), _ALL),
    )


def _names(names: Iterable[str], check: AnyCheck) -> bool:
    return any(name in (check.id, check.group) for name in names)


def _require_known(name: str) -> None:
    if name not in _known():
        hint = did_you_mean(name, _known(), _ALL)
        raise UsageError(f"there is no check `{name}`", hint=hint)


def _known() -> list[str]:
    return [*dict.fromkeys(each.group for each in CHECKS), *(each.id for each in CHECKS)]
