"""Command line: parse, call one room, print, exit. No SQL and no logic."""

from supaops.cli.main import main

__all__ = ["main"]
