"""Take out of a text what must not leave the worker."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from supaops.config.secrecy import matches

SECRET = "[secret]"  # noqa: S105  what stands for one
PAYLOAD = "[payload]"
_SHORTEST_SECRET = 4
_SHORTEST_UNTOLD = 8
_WORD = 4
_MOST_VALUES = 1000
_SECRET_NAME = re.compile(r"SECRET|TOKEN|PASSW|PASSPHRASE|KEY|DSN|CREDENTIAL", re.IGNORECASE)


class Scrubber:
    """Take known secrets out of texts, and whatever looks like one.

    Args:    secrets: of any length; those below 4 characters are words, and stay.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        known = {form for secret in secrets for form in _forms(secret)}
        self._known = _either(each for each in known if len(each) >= _SHORTEST_SECRET)

    def text(self, text: str) -> str:
        """Return the text without secrets."""
        return _masked(self._known.sub(SECRET, text) if self._known else text)

    def event(self, value: Any) -> Any:
        """Return an event, or any part of one, without secrets in its texts; its keys are ours."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: self.event(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.event(item) for item in value]
        return value


def without_payload(text: str, payload: Any) -> str:
    """Return the text without the payload's keys and values.

    One of too many values is not searched for: then nothing of the text is left.
    """
    values = list(islice(_values(payload), _MOST_VALUES + 1))
    if len(values) > _MOST_VALUES:
        return PAYLOAD
    pattern = _either({form for value in values for form in _forms(value)})
    return pattern.sub(PAYLOAD, text) if pattern else text


def secrets_in(environ: Mapping[str, str]) -> Iterator[str]:
    """Return the values of variables whose name says that they are secret, if they are no words."""
    return (
        value
        for name, value in environ.items()
        if _SECRET_NAME.search(name) and len(value) >= _SHORTEST_UNTOLD
    )


def _values(payload: Any) -> Iterator[str]:
    if isinstance(payload, Mapping):
        for key, value in payload.items():
            yield str(key)
            yield from _values(value)
    elif isinstance(payload, list):
        for value in payload:
            yield from _values(value)
    elif payload is not None and not isinstance(payload, bool):
        yield str(payload)


def _forms(value: str) -> Iterator[str]:
    """Yield a value as it is, and as it stands in JSON and in the repr that messages quote."""
    yield from (value, json.dumps(value)[1:-1], repr(value)[1:-1])


def _either(values: Iterable[str]) -> re.Pattern[str] | None:
    """Return what finds any of the values, the longest first; short ones as whole words only."""
    ordered = sorted({each for each in values if each.strip()}, key=len, reverse=True)
    return re.compile("|".join(map(_pattern, ordered))) if ordered else None


def _pattern(value: str) -> str:
    escaped = re.escape(value)
    return escaped if len(value) >= _WORD else rf"(?<!\w){escaped}(?!\w)"


def _masked(text: str) -> str:
    for found in sorted(matches(text), key=lambda match: match.start, reverse=True):
        text = text[: found.start] + SECRET + text[found.end :]
    return text
