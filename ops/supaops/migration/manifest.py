"""What a migration file says of itself: the comments that carry state from one file to the next."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile

from supaops.errors import Refused, RenderError

FORMAT = 1
_TITLE = "-- Written by `supaops render --migration`, format {format}. Do not edit: render another."
_FIRST_LINE = re.compile(r"-- Written by `supaops render --migration`, format (\d+)\.")
_FIELD = re.compile(r"-- (environment|digest): (.*)")
_ENTRY = re.compile(r'-- ([0-9a-f]{64}|gone) +(".*")')


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one file brings: for each address the sha256 of its definition, None for a deletion."""

    environment: str
    entries: Mapping[str, str | None]


def document(manifest: Manifest, body: str) -> str:
    """Return the whole file: title, environment, digest, entries, body.

    The digest covers the entries and the body.
    """
    covered = f"{_listing(manifest.entries)}\n{body}"
    return (
        f"{_TITLE.format(format=FORMAT)}\n"
        f"-- environment: {manifest.environment}\n"
        f"-- digest: {content_digest(covered)}\n"
        f"{covered}"
    )


def read_manifest(text: str, *, place: str) -> Manifest | None:
    """Return what a file of ours brings, or None for a migration of somebody else.

    Raises: RenderError when a newer supaops wrote it; Refused when it was edited since.
    """
    above, title, lines = _titled(text.lstrip("\ufeff").splitlines())
    if title is None:
        return None
    if int(title[1]) != FORMAT:
        raise RenderError(
            f"has format {title[1]}, and this version reads format {FORMAT}",
            place=place,
            hint="use the version that wrote it, or a newer one",
        )
    found = (_FIELD.fullmatch(line) for line in lines[:2])
    fields = {field[1]: field[2] for field in found if field}
    if above or fields.get("digest") != content_digest("\n".join(lines[2:])):
        raise _edited(place)
    return Manifest(fields.get("environment", ""), _entries(lines[2:]))


def fold(manifests: Iterable[Manifest]) -> dict[str, str]:
    """Return what a database holds that ran all files in order: address to sha256."""
    held: dict[str, str] = {}
    for manifest in manifests:
        for address, sha256 in manifest.entries.items():
            if sha256 is None:
                held.pop(address, None)
            else:
                held[address] = sha256
    return held


def content_digest(text: str) -> str:
    """Return the sha256 of a text, but for its white space and semicolons.

    A checkout with other line ends is no edit, nor is what `supabase migration fetch` writes: the
    same statements, joined in another way.
    """
    return hashlib.sha256(" ".join(text.replace(";", " ").split()).encode()).hexdigest()


def _titled(lines: list[str]) -> tuple[str, re.Match[str] | None, list[str]]:
    """Return what stands above our title, the title, and the lines below it."""
    for number, line in enumerate(lines):
        if title := _FIRST_LINE.match(line):
            return "".join(lines[:number]).strip(), title, lines[number + 1 :]
    return "", None, []


def _edited(place: str) -> Refused:
    return Refused(
        "was edited after it was written, so it no longer tells what a database got from it",
        place=place,
        hint="bring it back (`git checkout` it), and put what it should do into the YAML "
        "or into a migration of your own",
    )


def _listing(entries: Mapping[str, str | None]) -> str:
    # ASCII only: no character of a name can end a line, whatever splits the file.
    return "".join(
        f"-- {sha256 or 'gone'.ljust(64)} {json.dumps(address)}\n"
        for address, sha256 in entries.items()
    )


def _entries(lines: Iterable[str]) -> dict[str, str | None]:
    found = takewhile(bool, (_ENTRY.fullmatch(line) for line in lines))
    return {json.loads(each[2]): None if each[1] == "gone" else each[1] for each in found if each}
