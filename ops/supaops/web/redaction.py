"""Documents as people may see them: values of declared keys are not shown. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from itertools import accumulate
from typing import Any

from supaops.config.secrecy import without_secrets

HIDDEN = "[redacted]"
TOO_DEEP = "(nested too deep to be shown)"
_INDENT = "  "
# Where a key's words part: `x-api-key`, `api_key`, `apiKey`, `APIKey`.
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W_A-Z]+|[^\W_]")


class Number(str):
    """A number as its document has it: no float and no limit on digits comes near it."""

    __slots__ = ()


def shown(text: str, keys: Collection[str]) -> str:
    """Return a JSON text indented and redacted, without what looks like a secret.

    Args:    keys: as ``dashboard.redact`` has them.
    Raises:  ValueError for what is no JSON.
    """
    try:
        return without_secrets("".join(_written(redacted(read(text), keys), "\n")))
    except RecursionError:
        return TOO_DEEP


def read(text: str) -> Any:
    """Return what a JSON text says, each number in it a `Number`.

    Raises: ValueError for what is no JSON; RecursionError.
    """
    return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=Number)


def redacted(value: Any, keys: Collection[str]) -> Any:
    """Return a document in which no value of these keys is left, at any depth.

    A key counts in any case, however its words are joined, and as the last words of a longer one:
    ``token`` is ``Token`` and ``accessToken`` too. A text that is itself a JSON object or list is
    looked into, and written anew.
    """
    return _redacted(value, frozenset(map(_joined, keys)))


def _redacted(value: Any, hidden: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {
            key: HIDDEN if _is_hidden(key, hidden) else _redacted(each, hidden)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [_redacted(each, hidden) for each in value]
    if isinstance(value, str) and not isinstance(value, Number):
        return _text_redacted(value, hidden)
    return value


def _text_redacted(text: str, hidden: frozenset[str]) -> str:
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        inner = read(text)
    except ValueError:
        return text
    return "".join(_written(_redacted(inner, hidden), ""))


def _is_hidden(key: str, hidden: frozenset[str]) -> bool:
    words = reversed(_WORD.findall(key))
    ends = accumulate(words, lambda end, word: word + end)
    return _joined(key) in hidden or any(end.casefold() in hidden for end in ends)


def _joined(key: str) -> str:
    return re.sub(r"[\W_]", "", key).casefold() or key


def _written(value: Any, margin: str) -> Iterator[str]:
    """Yield a document's JSON; `margin` begins each line, and without one all is one line."""
    if isinstance(value, dict) and value:
        parts = ((json.dumps(key, ensure_ascii=False) + ": ", each) for key, each in value.items())
        yield from _enclosed("{}", parts, margin)
    elif isinstance(value, list) and value:
        yield from _enclosed("[]", (("", each) for each in value), margin)
    else:
        yield value if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)


def _enclosed(marks: str, parts: Iterator[tuple[str, Any]], margin: str) -> Iterator[str]:
    inside = margin and margin + _INDENT
    yield marks[0]
    for number, (name, each) in enumerate(parts):
        yield ("," if margin else ", ") * bool(number) + inside + name
        yield from _written(each, inside)
    yield margin + marks[1]
