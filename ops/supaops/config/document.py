"""One YAML file as plain data, with the spot of every key."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from supaops.config.places import KeyPath, Place, Spot, dotted, shorten
from supaops.config.scalars import AmbiguousScalar, Scalar, resolve_plain
from supaops.config.secrecy import may_show
from supaops.config.syntax import YAMLError, decode, syntax_problem
from supaops.errors import ConfigError, SupaopsError

log = logging.getLogger("supaops.config")

_MAX_BYTES = 1_000_000
_MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Document:
    """A file's data and spots, and the faults that did not stop the reading."""

    file: str
    data: dict[str, Any]
    spots: dict[KeyPath, Spot]
    problems: list[SupaopsError] = field(default_factory=list)


def read(path: Path) -> Document:
    """Read a YAML 1.2 file whose top level is a mapping.

    Raises: ConfigError when the file cannot be read or is not such a file.
    """
    try:
        return parse(_text(path), str(path))
    except SupaopsError as error:
        raise (error if isinstance(error, ConfigError) else ConfigError([error])) from error


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            raw = stream.read(_MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise SupaopsError(
            "there is no such file",
            place=str(path),
            hint="supaops init; or name the file: --config PATH",
        ) from error
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or "the path is not valid"
        raise SupaopsError(
            f"cannot read the file: {cause}",
            place=str(path),
            hint="name a file that this account may read: --config PATH",
        ) from error
    log.debug("read %s", path)
    if len(raw) > _MAX_BYTES:
        raise SupaopsError(
            "the file is larger than 1 MB", place=str(path), hint="is it the YAML? --config PATH"
        )
    return decode(raw, str(path))


def parse(text: str, file: str) -> Document:
    """Parse YAML text; `file` is only a name for messages.

    Raises: ConfigError with every fault up to the first that stops the reading.
    """
    reader = _Reader(file)
    try:
        data = reader.document(_events(text))
    except SupaopsError as error:
        raise ConfigError([*reader.problems, error]) from error
    except (YAMLError, ValueError, RecursionError, OverflowError) as error:
        raise ConfigError([*reader.problems, syntax_problem(error, file, text)]) from error
    return Document(file, data, reader.spots, reader.problems)


def _events(text: str) -> Iterator[Event]:
    events: Iterator[Event] = YAML(typ="safe", pure=True).parse(text)
    return events


class _Reader:
    """Build data from parser events, so that quoting, anchors and tags are still visible."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.spots: dict[KeyPath, Spot] = {}
        self.problems: list[SupaopsError] = []

    def document(self, events: Iterator[Event]) -> dict[str, Any]:
        next(events)  # the stream's start
        if not isinstance(start := next(events), DocumentStartEvent):
            raise SupaopsError(
                "the file is empty",
                place=self.file,
                hint="an overlay without changes is written {}",
            )
        self._refuse_directive(start)
        top = next(events)
        data = self._node(top, events, ())
        next(events)  # the document's end
        if isinstance(second := next(events), DocumentStartEvent):
            raise self._error(second, "a second document starts here", "keep one per file")
        if not isinstance(data, dict):
            raise self._error(top, "the top level must be a mapping", "write `key: value`")
        self.spots[()] = Spot(self._place(top), self._place(top))
        return data

    def _refuse_directive(self, start: DocumentStartEvent) -> None:
        if start.version or start.tags:
            self._note(start, "directives (`%`) are not supported", "remove the line")

    def _node(self, event: Event, events: Iterator[Event], path: KeyPath) -> Any:
        if len(path) > _MAX_DEPTH:
            raise self._error(event, f"this is nested deeper than {_MAX_DEPTH} levels")
        self._refuse_references(event)
        if isinstance(event, MappingStartEvent):
            return self._mapping(events, path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(events, path)
        return self._scalar(event, path) if isinstance(event, ScalarEvent) else None

    def _refuse_references(self, event: Event) -> None:
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            self._note(
                event,
                "anchors (`&`) and aliases (`*`) are not supported",
                "write the value out; quote one that starts with a literal `*` or `&`",
            )
        if getattr(event, "tag", None):
            self._note(event, "tags (`!`) are not supported", "remove the tag, or quote the value")

    def _mapping(self, events: Iterator[Event], path: KeyPath) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for event in iter(lambda: next(events), None):
            if isinstance(event, MappingEndEvent):
                break
            key = self._key(event, path)
            child = (*path, key)
            if key in data:
                self._note_repeated(event, child)
            data[key] = self._entry(event, events, child)
        return data

    def _note_repeated(self, event: Event, path: KeyPath) -> None:
        first = self.spots[path].key.line
        message = f"{dotted(path)}: this key is given twice"
        self._note(event, message, f"the first is in line {first}; keep one of them")

    def _entry(self, key: Event, events: Iterator[Event], path: KeyPath) -> Any:
        event = next(events)
        # An empty value is marked on the next line; its key is where one looks.
        shown = key if isinstance(event, ScalarEvent) and not event.value else event
        self.spots[path] = Spot(self._place(key), self._place(shown), _is_plain(event))
        return self._node(event, events, path)

    def _key(self, event: Event, path: KeyPath) -> str:
        if not isinstance(event, ScalarEvent):
            raise self._error(event, "a key must be one word or a quoted text",
                              "quote a value that starts with `{`, `[` or `*`")  # fmt: skip
        self._refuse_references(event)
        if event.style is None and event.value == "<<":
            self._note(event, "merge keys (`<<`) are not supported", "write the keys out")
        elif not isinstance(self._scalar(event, path), str):
            shown = shorten(event.value)
            self._note(event, f"the key `{shown}` is not text", f'quote it: "{shown}"')
        return _text_of(event)

    def _sequence(self, events: Iterator[Event], path: KeyPath) -> list[Any]:
        items: list[Any] = []
        for event in iter(lambda: next(events), None):
            if isinstance(event, SequenceEndEvent):
                break
            child = (*path, len(items))
            self.spots[child] = Spot(self._place(event), self._place(event), _is_plain(event))
            items.append(self._node(event, events, child))
        return items

    def _scalar(self, event: ScalarEvent, path: KeyPath) -> Scalar:
        if event.style is not None:
            return _text_of(event)
        try:
            return resolve_plain(event.value)
        except AmbiguousScalar as error:
            where = f"{dotted(path)}: " if path else ""
            what = f"`{shorten(event.value)}`" if may_show(path) else "this value"
            self._note(event, f"{where}{what} {error.reason}", error.hint)
            return _text_of(event)

    def _place(self, event: Event) -> Place:
        mark = event.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1)

    def _error(self, event: Event, message: str, hint: str | None = None) -> SupaopsError:
        return SupaopsError(message, place=str(self._place(event)), hint=hint)

    def _note(self, event: Event, message: str, hint: str) -> None:
        self.problems.append(self._error(event, message, hint))


def _is_plain(event: Event) -> bool:
    return isinstance(event, ScalarEvent) and event.style is None


def _text_of(event: ScalarEvent) -> str:
    """Return a scalar's text, with the surrogate pairs of JSON's escapes joined."""
    raw: str = event.value
    return raw.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
