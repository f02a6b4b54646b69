"""One request of somebody who was let in, and what a page does with it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from supaops.db.connect import Connection
from supaops.db.operators import Actor
from supaops.web.access.gate import FIELD
from supaops.web.access.role import Role, User
from supaops.web.notices import Notice, keep
from supaops.web.rendering import rendered
from supaops.web.site import BASE, Site
from supaops.web.theme import here, theme


@dataclass(frozen=True, slots=True)
class Visit:
    """One request, by whom, and what they sent.

    Attributes:
        request_id: as the access log and the audit have it.
        form: what was posted; empty for a page that is looked at.
        notice: what the act before this page has led to, shown once.
        seen: the newest version of what is shown that was known before it was read, empty for none.
    """

    site: Site
    request: Request
    user: User
    request_id: str
    form: FormData = field(default_factory=FormData)
    notice: Notice | None = None
    seen: str = ""

    @property
    def query(self) -> QueryParams:
        """Return what stands behind the ``?``."""
        return self.request.query_params

    def reading(self) -> AbstractContextManager[Connection]:
        """Lend a connection that sees one moment, each statement under the site's time limit."""
        return self.site.database.reading(self.site.query_timeout)

    def lend(self) -> AbstractContextManager[Connection]:
        """Lend a connection for verbs, which open transactions of their own."""
        return self.site.database.lend()

    def actor(self, reason: str | None = None) -> Actor:
        """Return who acts, for the audit."""
        return Actor(self.user.name, reason, "dashboard", self.request_id)

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return a page made of ``templates/html/<template>``.

        Args:    values: what the template says beside what each page has.
        """
        response = Response(
            rendered(template, self._common | values), status, media_type="text/html"
        )
        if self.notice:
            keep(response, None, self.site)
        return response

    def back(self, path: str, notice: Notice | None = None, **query: str) -> Response:
        """Return the way to a page, 303, which will show the notice.

        Args:    path: below the control room's own, such as ``/cron``; empty is the jobs.
        """
        response = RedirectResponse(self.url(path, **query), 303)
        if notice:
            keep(response, notice, self.site)
        return response

    def url(self, path: str = "", **query: str) -> str:
        """Return the address of a page of the control room."""
        return BASE + path + (f"?{urlencode(query)}" if query else "")

    @property
    def _common(self) -> dict[str, Any]:
        return {
            "visit": self,
            "user": self.user,
            "config": self.site.config,
            "now": self.site.clock(),
            "notice": self.notice,
            "request_id": self.request_id,
            "theme": theme(self.request),
            "back": here(self.request),
            "form_field": FIELD,
            "form_token": self.site.gate.form_token(self.user),
            "Role": Role,
        }


Handler = Callable[[Visit], Response]


@dataclass(frozen=True, slots=True)
class Entry:
    """A way into the control room: what answers a method and a path, and who may use it.

    Attributes:
        path: below the control room's own, as Starlette writes them: ``/{job_id:int}``.
    """

    method: str
    path: str
    handler: Handler
    role: Role = Role.VIEWER


def look(path: str, handler: Handler, role: Role = Role.VIEWER) -> Entry:
    """Return a page that is looked at."""
    return Entry("GET", path, handler, role)


def act(path: str, handler: Handler, role: Role = Role.OPERATOR) -> Entry:
    """Return what a form is posted to; its token is checked before the handler sees it."""
    return Entry("POST", path, handler, role)
