"""A log event as a line for a person at a terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

_COLOURS = {"debug": "2", "warning": "33", "error": "31", "critical": "1;31"}
_OWN = "supaops"
_OF_HANDLERS = "supaops.worker.job"
# Names of the job that stand before the event, and what only programs follow.
_UNSAID = {"timestamp", "level", "logger", "event", "exception", "stack", "worker", "request_id"}
_UNSAID |= {"job_id", "task_type", "queue", "attempt", "trace_id", "span_id"}


def text_line(event: Mapping[str, Any], *, colour: bool) -> str:
    """Return the event as ``time  level: job: text  key=value``, what else it has indented below.

    What is not printable is escaped: a message may repeat what an upstream sent, and must neither
    move the cursor nor forge a line.
    """
    paint = _painted if colour else _plain
    level = str(event.get("level", "info"))
    words = [paint(str(event.get("timestamp", "")), "2"), "  "]
    if level != "info":
        words.append(paint(f"{level}: ", _COLOURS.get(level, "")))
    first, *others = str(event.get("event", "")).splitlines() or [""]
    words.append(_escaped(f"{_job(event)}{_origin(event)}{first}"))
    if fields := " ".join(_fields(event)):
        words.append(paint(f"  {fields}", "2"))
    return "".join(words) + "".join(_below(others, event))


def _origin(event: Mapping[str, Any]) -> str:
    logger = str(event.get("logger", _OWN))
    return "" if logger.partition(".")[0] == _OWN else f"{logger}: "


def _job(event: Mapping[str, Any]) -> str:
    if "job_id" not in event:
        return ""
    known = f"job {event['job_id']} {event.get('task_type')} attempt {event.get('attempt')}: "
    return "" if str(event.get("event", "")).startswith(known[:-2]) else known


def _fields(event: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the text does not say; ours says all but whose call it was."""
    said = _is_ours(str(event.get("logger", "")))
    for key, value in event.items():
        if key not in _UNSAID and (key == "dispatch" or not said):
            yield _escaped(f"{key}={value}")


def _is_ours(logger: str) -> bool:
    return logger.partition(".")[0] == _OWN and logger != _OF_HANDLERS


def _below(others: list[str], event: Mapping[str, Any]) -> Iterator[str]:
    tracebacks = (str(event.get(key) or "").splitlines() for key in ("exception", "stack"))
    for line in (*(each.strip() for each in others), *chain(*tracebacks)):
        yield f"\n    {_escaped(line)}"


def _escaped(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _escape(each) for each in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode()


def _painted(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if code else text


def _plain(text: str, _code: str) -> str:
    return text
