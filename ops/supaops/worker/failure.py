"""An exception as the text of `last_error`: what happened and where, bounded."""

from __future__ import annotations

import traceback
from pathlib import Path
from types import TracebackType

MESSAGE_CHARS = 1000
TEXT_CHARS = 4000

_OWN_FRAMES = str(Path(__file__).parent)


def describe_failure(error: BaseException) -> str:
    """Return ``ErrorClass: message`` and the handler's own stack, at most `TEXT_CHARS` long.

    No variable is shown, so the payload is not in it unless the handler's message repeats it. The
    end of a long stack is kept: it is nearest to the fault.
    """
    head = headline(error)
    stack = "".join(traceback.format_tb(handler_frames(error.__traceback__)))
    room = TEXT_CHARS - len(head) - 1
    return f"{head}\n{storable(stack)[-room:].rstrip()}".rstrip()


def headline(error: BaseException) -> str:
    """Return ``ErrorClass: message``, at most `MESSAGE_CHARS` long."""
    head = storable(f"{name_of(error)}: {message_of(error)}".removesuffix(": "))
    return shorten(head, MESSAGE_CHARS)


def one_line(text: str) -> str:
    """Return the first line for a log, with an escape for each character that is not printable.

    A message may repeat what an upstream sent: it must neither move the cursor nor forge a line.
    """
    first = next(iter(text.splitlines()), "")
    return "".join(each if each.isprintable() else _escape(each) for each in first)


def shorten(text: str, limit: int) -> str:
    """Return `text`, with an ellipsis for what does not fit into `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def storable(text: str) -> str:
    """Return `text` without what PostgreSQL's text refuses: NUL and lone surrogates."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}").encode(errors="replace").decode()


def name_of(error: BaseException) -> str:
    """Return the name of an error's class."""
    return type(error).__qualname__


def message_of(error: BaseException) -> str:
    """Return what an error says; a broken `__str__` must not hide the failure itself."""
    try:
        return str(error)
    except BaseException:
        return "(its message cannot be shown)"


def handler_frames(stack: TracebackType | None) -> TracebackType | None:
    """Skip the worker's own frames, which say nothing about the handler."""
    first = stack
    while first and first.tb_frame.f_code.co_filename.startswith(_OWN_FRAMES):
        first = first.tb_next
    return first or stack


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode()
