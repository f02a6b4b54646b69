"""The local Supabase stack and its stand-ins."""

from __future__ import annotations

from supaops.local.inspection import Inspection, inspect
from supaops.local.keys import api_keys
from supaops.local.running import LocalDatabase, local_database
from supaops.local.stack import Stack, down, find, up

__all__ = [
    "Inspection",
    "LocalDatabase",
    "Stack",
    "api_keys",
    "down",
    "find",
    "inspect",
    "local_database",
    "up",
]
