"""A form that was not carried out, for the page to show again with what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import FormData

from supaops.errors import SupaopsError


@dataclass(frozen=True, slots=True)
class RefusedForm:
    """Which form, why not, and what was in it.

    Attributes:
        form: its name on the page, such as ``pause job_queue_worker``.
    """

    form: str
    error: SupaopsError
    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, form: FormData, error: SupaopsError) -> RefusedForm:
        """Return it with the texts that were posted."""
        values = {key: value for key, value in form.items() if isinstance(value, str)}
        return cls(name, error, values)

    def value(self, name: str) -> str:
        """Return what was typed into a field."""
        return self.values.get(name, "")
