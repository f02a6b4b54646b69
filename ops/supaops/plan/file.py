"""Plan files: keep a plan, and apply exactly it or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from supaops.errors import Refused, SupaopsError
from supaops.plan.document import Document
from supaops.plan.model import Digests, Plan
from supaops.refusals import refused

_LISTED = 5
_NOTHING = Digests(None, None, None)


def save(document: Document, path: Path) -> None:
    """Write a plan to a file.

    Raises: SupaopsError when it cannot be written.
    """
    with refused("write", path, hint="give a file that you may write to"):
        path.write_text(document.model_dump_json(indent=2) + "\n", encoding="utf-8")


def saved(path: Path) -> Document:
    """Read a plan from a file.

    Raises: SupaopsError when there is none, or it is no plan of this format.
    """
    again = f"make it with: supaops plan --out {path}"
    try:
        return Document.model_validate_json(path.read_bytes())
    except OSError as error:
        message = f"cannot read the plan: {error.strerror}"
        raise SupaopsError(message, place=str(path), hint=again) from error
    except ValidationError as error:
        # Not pydantic's message: it quotes what it found, which may be any file.
        where = ".".join(map(str, error.errors(include_url=False, include_input=False)[0]["loc"]))
        message = f"is no plan that this version can read (at {where or 'its beginning'})"
        raise SupaopsError(message, place=str(path), hint=again) from error


def require_unmoved(document: Document, now: Plan) -> None:
    """Refuse a plan whose config or database is not what it was made of.

    Args:    now: the plan of this moment, made from the config of this moment.
    Raises:  Refused that names what moved, and on which side.
    """
    if document.database_id != now.database_id:
        raise Refused(
            f"the plan was made for another database than {now.database}",
            hint="check the database's URL, or plan again",
        )
    if document.fingerprint != now.fingerprint:
        raise Refused(
            f"the plan is stale: {'; '.join(_moves(document, now))}",
            hint="plan again, and look at what has changed since",
        )


def _moves(document: Document, now: Plan) -> Iterator[str]:
    then, present = document.sides, {each.address: each.digests for each in now.changes}
    addresses = sorted({*then, *present})
    pairs = [(a, then.get(a, _NOTHING), present.get(a, _NOTHING)) for a in addresses]
    config = [a for a, old, new in pairs if old.desired != new.desired]
    database = [
        a
        for a, old, new in pairs
        if (a in then or new.desired) and (old.recorded, old.live) != (new.recorded, new.live)
    ]
    if config:
        yield f"the config moved: {_listed(config)}"
    if database:
        yield f"the database moved: {_listed(database)}"
    if not config and not database:
        yield "its fingerprint does not fit what it lists"


def _listed(addresses: list[str]) -> str:
    rest = len(addresses) - _LISTED
    more = f" and {rest} more" if rest > 0 else ""
    return f"{', '.join(addresses[:_LISTED])}{more}"
