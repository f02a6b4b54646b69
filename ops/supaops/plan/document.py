"""A plan as a JSON document: what programs read, what a file keeps, what a revision records.

Its schema is published as docs/reference/plan.schema.json: ``python -m supaops.plan.document``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from supaops import __version__
from supaops.plan.describe import difference
from supaops.plan.hazards import hazards
from supaops.plan.model import Action, Change, Digests, Plan

FORMAT_VERSION = "2.0"
"""A new key raises the minor number, anything else the major one."""

Place = Callable[[str], str | None]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class HazardPart(_Part):
    """What a change may break although it is as intended."""

    code: str
    """Stable name, such as `stops-schedule`."""
    message: str
    """One clause for people."""


class ChangePart(_Part):
    """One resource that is not as declared."""

    address: str
    """`<kind>.<name>`, unique in the plan."""
    kind: str
    """`schema`, `task_type`, `function`, `view`, `trigger`, `limit`, `grant`, `cron_job` or
    `vault_secret`."""
    action: Action
    """What an apply does, or for `conflict` refuses to do without force."""
    reason: str
    """One clause that says why."""
    source: str | None
    """The YAML key or template that declares it; null when nothing does any more."""
    place: str | None = None
    """`file:line:column` of that key."""
    diff: tuple[str, ...]
    """Lines of a unified difference; words alone for a secret."""
    hazards: tuple[HazardPart, ...] = ()
    """What it may break."""


class Decisions(_Part):
    """What the plan's reader has decided beyond creating, updating and repairing."""

    prune: bool = False
    """Whether to delete what is no longer declared."""
    force: bool = False
    """Whether to overwrite what is in conflict."""


class Document(_Part):
    """A plan. No secret is in it: of these there are only digests of salted digests."""

    format_version: Annotated[str, Field(pattern=r"^2\.\d+$")] = FORMAT_VERSION
    """`2.<minor>`: a new key raises the minor number."""
    tool_version: str = __version__
    """The supaops that made it."""
    environment: str
    """The environment that was planned."""
    database: str
    """Name of its database."""
    database_id: str
    """System identifier and oid: tells this database from every other one."""
    role: str
    """The role that read it, and would change it."""
    fingerprint: str
    """SHA-256 over all sides of all changes: equal as long as nothing moved."""
    decisions: Decisions = Decisions()
    """What an apply of this document may do."""
    summary: dict[Action, int]
    """How many resources there are per action."""
    changes: tuple[ChangePart, ...]
    """What the config changes: `create`, `update`, `delete` and `conflict`, in order."""
    drift: tuple[ChangePart, ...]
    """What was changed behind our back and an apply repairs."""
    warnings: tuple[str, ...] = ()
    """What a reader should know of the database, such as that it belongs to another environment."""
    foreign: tuple[str, ...]
    """Addresses of what others made in our namespace; it stays untouched."""
    sides: dict[str, Digests] = Field(default_factory=dict)
    """Digests of what is declared, recorded and live, by address: what the plan was made of."""


def document(
    plan: Plan,
    decisions: Decisions = Decisions(),  # noqa: B008  frozen
    place: Place = lambda _source: None,
    warnings: Iterable[str] = (),
) -> Document:
    """Return the whole document of a plan.

    Args:
        place: returns ``file:line:column`` of a YAML key, or None.
        warnings: what a reader should know of the database.
    """
    parts = [_part(each, place, is_first=plan.is_first) for each in plan.pending]
    return Document(
        environment=plan.environment,
        database=plan.database,
        database_id=plan.database_id,
        role=plan.role,
        fingerprint=plan.fingerprint,
        decisions=decisions,
        summary=plan.counts,
        changes=tuple(part for part in parts if part.action is not Action.DRIFT),
        drift=tuple(part for part in parts if part.action is Action.DRIFT),
        warnings=tuple(warnings),
        foreign=tuple(each.address for each in plan.of(Action.FOREIGN)),
        sides={c.address: c.digests for c in plan.changes if c.action is not Action.FOREIGN},
    )


def of_record(plan: Plan) -> Mapping[str, Any]:
    """Return what a revision keeps of a plan: all but what only a later apply would compare."""
    return document(plan).model_dump(mode="json", exclude={"sides", "foreign"})


def schema() -> str:
    """Return the document's JSON Schema as the text of ``docs/reference/plan.schema.json``."""
    from supaops.config.described import DescribedSchema  # noqa: PLC0415  for this alone

    found = Document.model_json_schema(mode="serialization", schema_generator=DescribedSchema)
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    found["title"] = "supaops plan"
    return json.dumps(found, indent=2) + "\n"


def _part(change: Change, place: Place, *, is_first: bool) -> ChangePart:
    source = change.desired.source if change.desired else None
    return ChangePart(
        address=change.address,
        kind=change.kind,
        action=change.action,
        reason=change.reason,
        source=source,
        place=place(source) if source else None,
        diff=tuple(difference(change)),
        hazards=tuple(
            HazardPart(code=each.code, message=each.message)
            for each in hazards(change, is_first=is_first)
        ),
    )


if __name__ == "__main__":
    sys.stdout.write(schema())
