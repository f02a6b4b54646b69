"""What a page says when it cannot be made: what is wrong, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from supaops.errors import ConnectionFailed, QueryTimeout, SupaopsError
from supaops.web.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

_STATUS = ((ConnectionFailed, 503), (QueryTimeout, 504))
_TITLES: Mapping[int, str] = {
    400: "This request makes no sense",
    403: "You may not do this",
    404: "There is nothing here",
    405: "There is nothing here",
    409: "That was not done",
    413: "That is too much",
    429: "Too many tries",
    500: "Something broke",
    503: "The database is away",
    504: "The database took too long",
}
_REMEDIES: Mapping[int, str] = {
    400: "Go back, and send the form again.",
    403: "Nothing was changed. Who administers the control room can give you another role.",
    404: "A job may also have been cleaned up since.",
    405: "Nothing was changed.",
    409: "Nothing was changed. Look at it again: it may have changed since you did.",
    413: "Nothing was changed.",
    429: "Wait a little before the next one.",
    500: "This is a defect of supaops. Give its maintainers the request below, and what you did.",
    503: "This page looks again by itself. Jobs are safe: workers go on once it is back.",
    504: "This page looks again by itself. The database may be busy: look at its load.",
}
_PASSING = (503, 504)


@dataclass(frozen=True, slots=True)
class Failure:
    """What the page of an error says.

    Attributes:
        passing: it may be over by itself, so that the page is to look again.
    """

    status: int
    message: str
    hint: str | None = None

    @property
    def title(self) -> str:
        """Return what has happened, in some words."""
        return _TITLES.get(self.status, "That did not work")

    @property
    def remedy(self) -> str:
        """Return what to do."""
        return _REMEDIES.get(self.status, "Go back, and try again.")

    @property
    def passing(self) -> bool:
        """Tell whether it may be over by itself."""
        return self.status in _PASSING


def failure(error: SupaopsError) -> Failure:
    """Return what to say of an error."""
    return Failure(_status(error), error.message, error.hint)


def _status(error: SupaopsError) -> int:
    if isinstance(error, Refusal):
        return error.status
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 409)
