"""Tell a dead man's switch, as of healthchecks.io, that somebody still looks.

Source: healthchecks.io, "Pinging API": the URL for well, `/fail` behind its path for a failure,
and no more than five pings a minute; "Reliability tips": a timeout and some retries.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from supaops.status import Severity

_FAILURES = frozenset({Severity.CRITICAL, Severity.UNKNOWN})
_TIMEOUT_S = 5.0
_PAUSES_S = (1.0, 2.0)
"""Before the second and the third attempt."""
AT_LEAST_S = 15.0
"""Between two pings that say the same."""
_FAREWELL_S = 2.0


@dataclass(frozen=True, slots=True)
class Beat:
    """What is to be told: that all goes on, or that it does not, and a line that says why."""

    fails: bool
    line: str


def beat_of(verdict: Severity, line: str) -> Beat:
    """Return the beat of a round; a warning is no failure, and no evidence is one."""
    return Beat(verdict in _FAILURES, line)


def ping_url(url: str, *, fails: bool) -> str:
    """Return where to call; what stands behind a `?` stays there."""
    parts = urlsplit(url)
    path = f"{parts.path.rstrip('/')}/fail" if fails else parts.path
    return parts._replace(path=path).geturl()


class Heartbeat:
    """Calls a URL from a thread of its own, so that no round waits for it.

    Only the newest beat counts: what could not be told before the next one came is dropped.

    Attributes:
        sent, failed: how many beats were told, and how many in vain.
    """

    def __init__(
        self,
        url: SecretStr,
        say: Callable[[str], None],
        *,
        at_least_s: float = AT_LEAST_S,
        pauses_s: tuple[float, ...] = _PAUSES_S,
    ) -> None:
        self.sent = 0
        self.failed = 0
        self._url = url
        self._say = say
        self._at_least_s = at_least_s
        self._pauses_s = pauses_s
        self._news = threading.Condition()
        self._waiting: Beat | None = None
        self._told: tuple[bool, float] | None = None
        self._works: bool | None = None
        self._ends = False
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self._thread.start()

    def beat(self, beat: Beat) -> None:
        """Have this told, unless the same was told a moment ago; returns at once."""
        with self._news:
            if self._is_due(beat):
                self._waiting = beat
                self._news.notify()

    def close(self) -> None:
        """Tell what is still to be told, for two seconds at most, and end."""
        with self._news:
            self._ends = True
            self._news.notify()
        self._thread.join(_FAREWELL_S)

    def _is_due(self, beat: Beat) -> bool:
        if self._told is None or self._told[0] is not beat.fails:
            return True
        return time.monotonic() - self._told[1] >= self._at_least_s

    def _run(self) -> None:
        with httpx.Client(timeout=_TIMEOUT_S) as client:
            while (beat := self._next()) is not None:
                self._tell(client, beat)

    def _next(self) -> Beat | None:
        with self._news:
            self._news.wait_for(lambda: self._waiting or self._ends)
            beat, self._waiting = self._waiting, None
            if beat is not None:
                self._told = (beat.fails, time.monotonic())
            return beat

    def _tell(self, client: httpx.Client, beat: Beat) -> None:
        for pause_s in (0.0, *self._pauses_s):
            if self._is_overtaken(pause_s):
                return
            fault = _fault(client, ping_url(self._url.get_secret_value(), fails=beat.fails), beat)
            if not fault:
                break
        self._note(fault)

    def _is_overtaken(self, pause_s: float) -> bool:
        """Wait before an attempt; tell whether there is something newer to be told instead."""
        with self._news:
            return bool(self._news.wait_for(lambda: self._waiting is not None, pause_s))

    def _note(self, fault: str) -> None:
        """Count, and say it when it became other: never the URL, which is a secret."""
        self.failed, self.sent = self.failed + bool(fault), self.sent + (not fault)
        if self._works is not (not fault) and not (self._works is None and not fault):
            self._say(f"heartbeat: {fault}" if fault else "heartbeat: it works again")
        self._works = not fault


def _fault(client: httpx.Client, url: str, beat: Beat) -> str:
    """Call once; return what went wrong, empty for nothing."""
    try:
        answer = client.post(url, content=beat.line.encode())
    except httpx.TimeoutException:
        return f"no answer within {_TIMEOUT_S:g} s"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"not reached: {type(error).__name__}"
    return "" if answer.is_success else f"HTTP {answer.status_code}"
