"""What a page cannot do, as an answer."""

from __future__ import annotations

from supaops.errors import SupaopsError


class Refusal(SupaopsError):
    """A request is not carried out; `status` is that of the answer."""

    def __init__(self, status: int, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class TooMany(Refusal):
    """Too many sign-ins have failed; `wait_s` is how long another one has to wait."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(
            429, "too many sign-ins have failed", hint=f"wait {wait_s} s, then try again"
        )
        self.wait_s = wait_s
