"""The readable difference of one change; a secret's is words, never text."""

from __future__ import annotations

import difflib
import json

from supaops.db.live import LiveObject
from supaops.plan.model import ROW_KINDS, Action, Change
from supaops.render.resource import Kind

_FILE_HEADER_LINES = 2


def difference(change: Change) -> list[str]:
    """Return the lines to show under a change: unified diff lines, or words for a secret.

    Lines start with ``+``, ``-``, ``@`` or a space; the diff's file header is left out.
    """
    if change.kind is Kind.VAULT_SECRET:
        return _secret_difference(change)
    before, after = _texts(change)
    body = _unified(before.splitlines(), after.splitlines())
    if change.kind not in ROW_KINDS:
        return body
    # A row is a few lines, all of them shown, so there is no hunk to place.
    return [line for line in body if not line.startswith("@@")]


def _unified(before: list[str], after: list[str]) -> list[str]:
    if after and not before:  # a whole text is new: nothing to compare, and most of a first plan
        length = f",{len(after)}" if len(after) > 1 else ""
        return [f"@@ -0,0 +1{length} @@", *(f"+{line}" for line in after)]
    return list(difflib.unified_diff(before, after, lineterm="", n=2))[_FILE_HEADER_LINES:]


def _texts(change: Change) -> tuple[str, str]:
    """Return the two texts that tell the story: what there is, and what there will be.

    Rows compare live with declared. SQL objects are spelled differently by their catalogs, so a
    drift compares the catalogs' text then and now, and an update the declared text then and now.
    """
    recorded, live, desired = change.recorded, change.live, change.desired
    declared = desired.definition if desired else ""
    current = live.definition if live else ""
    if change.kind in ROW_KINDS or recorded is None:
        return current, declared
    if change.action is Action.DRIFT:
        return (current, recorded.live_definition) if live else ("", declared)
    return recorded.definition, declared


def _secret_difference(change: Change) -> list[str]:
    if change.desired is None or change.live is None:
        return []
    live = _fields(change.live.definition)
    desired = _fields(change.desired.definition)
    lines = [_value_difference(change.live)]
    if live["description"] != desired["description"]:
        lines += [
            f"- description: {live['description']}",
            f"+ description: {desired['description']}",
        ]
    return lines


def _value_difference(live: LiveObject) -> str:
    if not live.facts["decrypts"]:
        return "~ value is lost; an apply writes it anew from its source, under a new id"
    return "  value unchanged" if live.facts["value_matches"] else "~ value differs"


def _fields(definition: str) -> dict[str, object]:
    pairs = (line.split(": ", 1) for line in definition.splitlines())
    return {key: json.loads(value) for key, value in pairs}
