"""What was shown of a change of many jobs, signed, so that just that is carried out."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from supaops.jobs.verb import CANCEL, REPLAY, RETRY, Verb
from supaops.web.refusal import Refusal
from supaops.web.site import Site

HOLDS_S = 120
VERBS: Mapping[str, Verb] = {"retry": RETRY, "cancel": CANCEL, "clone": REPLAY}
PAST = {"retry": "retried", "cancel": "cancelled", "clone": "cloned"}


@dataclass(frozen=True, slots=True)
class Order:
    """A change of many jobs.

    Attributes:
        query: the filter of the list; what to go back to where `jobs` are named.
        jobs: ids by the status they had; empty for all that the filter finds.
        at: what the filter's ``2h`` is counted from, ISO.
        up_to: the greatest id there was: jobs that came later are not touched.
        above: jobs up to this id were dealt with.
        total, done: how many were confirmed, and how many of them were dealt with.
        nonce: of this confirmation, which counts once.
    """

    verb: str
    user: str
    query: str = ""
    jobs: Mapping[str, list[int]] = field(default_factory=dict)
    at: str = ""
    up_to: int = 0
    above: int = 0
    total: int = 0
    done: int = 0
    nonce: str = ""


class Expired(Exception):
    """The preview is too old; `order` is what it was about."""

    def __init__(self, order: Order) -> None:
        super().__init__("the preview is too old")
        self.order = order


def signed(site: Site, order: Order) -> str:
    """Return an order as a form carries it."""
    once = replace(order, nonce=secrets.token_urlsafe(12))
    return _serializer(site).dumps(asdict(once))


def read(site: Site, user: str, token: str) -> Order:
    """Return the order that a form carries.

    Raises: Expired; Refusal for one that is not ours, or somebody else's.
    """
    try:
        order = Order(**_serializer(site).loads(token, max_age=HOLDS_S))
    except SignatureExpired as error:
        held: Any = _serializer(site).load_payload(error.payload or b"")
        raise Expired(_own(Order(**held), user)) from None
    except BadData:
        raise Refusal(403, "this confirmation was not made here", hint="preview it again") from None
    return _own(order, user)


def _own(order: Order, user: str) -> Order:
    if order.user != user:
        raise Refusal(403, "this was previewed by somebody else", hint="preview it yourself")
    return order


def _serializer(site: Site) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(site.access.key.get_secret_value(), salt="bulk")
