"""What the next migration must bring: what is declared against what the files have brought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from supaops.errors import Refused
from supaops.migration.manifest import Manifest
from supaops.render.resource import Kind, Resource

_CARRIES_GRANTS = frozenset({Kind.FUNCTION, Kind.VIEW})


@dataclass(frozen=True, slots=True)
class Due:
    """The content of one migration.

    Attributes:
        put: what is new or changed, and the grants that follow it, in the order of creation.
        new: addresses of `put` that no file has brought before.
        removed: addresses to delete, in the order of deletion.
        left: addresses that are no longer declared, and stay because nobody asked to prune.
    """

    put: tuple[Resource, ...]
    new: frozenset[str]
    removed: tuple[str, ...]
    left: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to write."""
        return not self.put and not self.removed

    @property
    def entries(self) -> dict[str, str | None]:
        """Return the manifest's entries: what is put with its sha256, what is removed without."""
        return {
            **{each.address: each.sha256 for each in self.put},
            **dict.fromkeys(self.removed),
        }


def due(resources: Iterable[Resource], held: Mapping[str, str], *, prune: bool) -> Due:
    """Compare what is declared with what all files so far have brought.

    Raises: Refused when a schema step was written with another text, or is not known.
    """
    declared = {each.address: each for each in resources}
    gone = sorted(held.keys() - declared.keys(), key=_deletion_order)
    _check_steps(declared, held, gone)
    changed = {address for address, it in declared.items() if held.get(address) != it.sha256}
    wanted = changed | _following(changed)
    put = tuple(each for each in declared.values() if each.address in wanted)
    removed, left = (gone, []) if prune else ([], gone)
    return Due(put, frozenset(wanted - held.keys()), tuple(removed), tuple(left))


def require_environment(environment: str, latest: Manifest, place: str) -> None:
    """Refuse to turn the folder, which all environments share, from one environment to another.

    Raises: Refused.
    """
    if latest.environment != environment:
        raise Refused(
            f"was written for environment {latest.environment}, and this is {environment}: all "
            "environments run the same migrations",
            place=place,
            hint=f"supaops render --migration --env {latest.environment}; where the environment "
            "was renamed, change the name in that file's second line",
        )


def _following(changed: Iterable[str]) -> set[str]:
    """Return the grants of changed objects: one that must be dropped first loses them."""
    pairs = (address.split(".", 1) for address in changed)
    return {f"{Kind.GRANT}.{name}" for kind, name in pairs if kind in _CARRIES_GRANTS}


def _check_steps(
    declared: Mapping[str, Resource], held: Mapping[str, str], gone: Iterable[str]
) -> None:
    for address, step in declared.items():
        if step.kind is Kind.SCHEMA and held.get(address, step.sha256) != step.sha256:
            raise Refused(
                f"{address} was written with another text; schema steps are append-only",
                hint="queue.name and queue.schema cannot change once a migration was written",
            )
    if unknown := [address for address in gone if _kind(address) is Kind.SCHEMA]:
        raise Refused(
            f"{', '.join(unknown)}: unknown to this version",
            hint="a newer version wrote the migrations: use that one",
        )


def _kind(address: str) -> Kind:
    return Kind(address.split(".", 1)[0])


def _deletion_order(address: str) -> tuple[int, str]:
    return (-_kind(address).position, address)
