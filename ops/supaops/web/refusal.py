"""What a page cannot do, as an answer."""

from __future__ import annotations

from supaops.errors import SupaopsError


class Refusal(SupaopsError):
    """A request is not carried out; `status` is that of the answer."""

    def __init__(self, status: int, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status
