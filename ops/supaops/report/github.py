"""Workflow commands of GitHub Actions. Pure.

Source: GitHub Docs, "Workflow commands for GitHub Actions", and `escapeData`, `escapeProperty` of
actions/toolkit.
"""

from __future__ import annotations

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def annotation(level: str, title: str, message: str, *, place: str | None = None) -> str:
    """Return one command.

    Args:
        level: ``notice``, ``warning`` or ``error``.
        place: ``file:line:column``; without it the annotation is of the whole run.
    """
    properties = {**_position(place), "title": title}
    told = ",".join(f"{key}={_escaped(value, _PROPERTY)}" for key, value in properties.items())
    return f"::{level} {told}::{_escaped(message, _DATA)}"


def _position(place: str | None) -> dict[str, str]:
    keys = ("file", "line", "col")
    return dict(zip(keys, place.rsplit(":", 2), strict=False)) if place else {}


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(character, character) for character in text)
