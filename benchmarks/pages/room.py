"""A real `supaops dashboard` in a process of its own, and somebody who is signed in there."""

from __future__ import annotations

import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

import httpx

from benchmarks.pages.catalogue import Page
from benchmarks.programs import python_path
from benchmarks.project import MEASURED, REPOSITORY, VARIABLES
from benchmarks.server import Server
from supaops.errors import SupaopsError

ENVIRONMENT = "pages"
_BASE = "/dashboard/admin-tools/jobs"
_SUPAOPS = (sys.executable, "-c", "from supaops.cli import main; main()")
_SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_NOT_YET = "Nothing here yet"
_PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """How long a page took, in milliseconds, and what is wrong with it; empty for nothing."""

    milliseconds: float
    size: int
    fault: str


class Room:
    """A control room as somebody sees it who is signed in."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._token: dict[str, str] = {}

    def sign_in(self, password: str) -> None:
        """Sign in as the operator.

        Raises: SupaopsError when that is refused.
        """
        path = f"{_BASE}/sign-in"
        hidden = dict(_HIDDEN.findall(self._client.get(path).text))
        form = {**hidden, "name": "bench", "password": password}
        answer = self._client.post(path, data=form)
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise SupaopsError(f"the control room lets nobody in: HTTP {answer.status_code}")
        page = self._client.get(f"{_BASE}/health")
        names = dict(_HIDDEN.findall(page.text))
        self._token = {name: value for name, value in names.items() if "token" in name}

    def ask(self, page: Page) -> Answer:
        """Load a page."""
        started = time.perf_counter()
        if page.form is None:
            answer = self._client.get(_BASE + page.path)
        else:
            answer = self._client.post(_BASE + page.path, data={**page.form, **self._token})
        taken = (time.perf_counter() - started) * 1000
        return Answer(taken, len(answer.content), _fault(answer, page))

    def settle(self) -> None:
        """Return once the checks have run, and need not run again for some seconds.

        Raises: TimeoutError.
        """
        deadline = time.monotonic() + _PATIENCE_S
        while "checking…" in (text := self._client.get(f"{_BASE}/health").text) or (
            'aria-busy="true"' in text
        ):
            if time.monotonic() > deadline:
                raise TimeoutError("the checks do not end")
            time.sleep(0.1)


def _fault(answer: httpx.Response, page: Page) -> str:
    if answer.status_code != httpx.codes.OK:
        return f"HTTP {answer.status_code}"
    if _NOT_YET in answer.text:
        return "not built yet"
    missing = [each for each in page.expects if each not in answer.text]
    return f"lacks {', '.join(missing)}" if missing else ""


def variables(server: Server) -> dict[str, str]:
    """Return what the environment's YAML asks for."""
    return {
        **server.environment,
        **VARIABLES,
        "SUPAOPS_DASHBOARD_KEY": secrets.token_urlsafe(32),
        "BENCH_PASSWORD": secrets.token_urlsafe(16),
    }


@contextmanager
def serving(environ: Mapping[str, str]) -> Iterator[Room]:
    """Serve the control room until the block ends.

    Raises: SupaopsError with its last words, when it does not come up.
    """
    words = ("dashboard", "--config", str(MEASURED), "--env", ENVIRONMENT, "--port", "0")
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [*_SUPAOPS, *words, "--log-format", "text"],
            env={**environ, "PYTHONPATH": python_path()},
            cwd=REPOSITORY, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            url = _url(process, log)
            with httpx.Client(base_url=url, headers=_SAME_ORIGIN, timeout=_PATIENCE_S) as client:
                room = Room(client)
                room.sign_in(environ["BENCH_PASSWORD"])
                yield room
        finally:
            process.terminate()
            process.wait(_PATIENCE_S)


def _url(process: subprocess.Popen[bytes], log: IO[bytes]) -> str:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        log.seek(0)
        said = log.read().decode(errors="replace")
        if found := re.search(r"http://127\.0\.0\.1:[1-9][0-9]*", said):
            return found.group()
        if process.poll() is not None or time.monotonic() > deadline:
            raise SupaopsError(f"the control room did not come up: {said[-500:]}")
        time.sleep(0.05)
