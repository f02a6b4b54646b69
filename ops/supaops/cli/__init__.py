"""Command line: parse, call one room, print, exit. No SQL and no logic."""
