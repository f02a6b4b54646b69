"""What an act has led to, told once on the page after it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from supaops.web.access.cookies import PATH

if TYPE_CHECKING:
    from supaops.web.site import Site

_COOKIE = "supaops_notice"
_AGE_S = 60


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence, and whether what was asked for was done."""

    text: str
    kind: Literal["done", "refused"] = "done"


def keep(response: Response, notice: Notice | None, site: Site) -> None:
    """Have the next page show a notice; None forgets the one there is."""
    if notice is None:
        response.delete_cookie(_COOKIE, path=PATH, httponly=True, samesite="lax")
        return
    held = _serializer(site).dumps(asdict(notice))
    response.set_cookie(_COOKIE, held, max_age=_AGE_S, path=PATH, httponly=True, samesite="lax")


def kept(request: Request, site: Site) -> Notice | None:
    """Return the notice that the act before has left."""
    try:
        held = _serializer(site).loads(request.cookies.get(_COOKIE, ""), max_age=_AGE_S)
    except BadSignature:
        return None
    return Notice(**held)


def _serializer(site: Site) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(site.access.key.get_secret_value(), salt="notice")
