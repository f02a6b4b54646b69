"""Property tests try the same examples on every run, however slow the machine."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("supaops", deadline=None, derandomize=True, database=None)
settings.load_profile("supaops")
