"""Our cookies: not for scripts, not for other sites, not for other paths."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.responses import Response

PATH = "/dashboard/admin-tools/jobs"


@dataclass(frozen=True, slots=True)
class Cookie:
    """One of our cookies.

    Over https its name starts with ``__Secure-``, which a browser takes from https alone: whoever
    can answer for the host without it cannot plant one. ``__Host-`` would need the path ``/``.
    """

    name: str

    def read(self, request: HTTPConnection) -> str:
        """Return its value; empty where there is none."""
        return request.cookies.get(self._name(request), "")

    def put(self, request: HTTPConnection, response: Response, value: str, age_s: int) -> None:
        """Have the browser keep it."""
        response.set_cookie(
            self._name(request),
            value,
            max_age=age_s,
            path=PATH,
            httponly=True,
            samesite="lax",
            secure=is_secure(request),
        )

    def drop(self, request: HTTPConnection, response: Response) -> None:
        """Have the browser forget it."""
        response.delete_cookie(
            self._name(request),
            path=PATH,
            httponly=True,
            samesite="lax",
            secure=is_secure(request),
        )

    def _name(self, request: HTTPConnection) -> str:
        return f"__Secure-{self.name}" if is_secure(request) else self.name


def is_secure(request: HTTPConnection) -> bool:
    """Tell whether the browser speaks https, as far as we are told."""
    return request.url.scheme == "https"
