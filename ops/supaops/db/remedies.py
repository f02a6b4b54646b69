"""What helps against a connection that could not be made, by what was said of it. Pure."""

from __future__ import annotations

import re

_BY_CAUSE = (
    (
        r"password authentication failed|no password supplied",
        "correct the role and the password in the database URL; Supabase shows both under Connect",
    ),
    (
        r"[Tt]enant or user not found",
        "copy the pooler's URL from Connect in Supabase: its role is postgres.<project ref>",
    ),
    (
        r'database ".*" does not exist',
        "correct the database's name at the end of the URL; on Supabase it is postgres",
    ),
    (
        r'role ".*" (does not exist|is not permitted to log in)',
        "correct the role in the database URL; on Supabase it is postgres",
    ),
    (
        r"failed to resolve|could not translate",
        "correct the host in the database URL; a Supabase project that is paused has none: wake it",
    ),
    (r"Connection refused", "start the server, or correct host and port in the database URL"),
    (
        r"time(d )?out|No route|unreachable",
        "wake the project if it is paused, let this address in, or correct host and port",
    ),
    (r"does not support SSL", "turn SSL on at the server, or take sslmode out of the database URL"),
    (
        r"certificate|sslrootcert",
        "renew it if it has expired; else add sslrootcert=PATH of its CA to the database URL",
    ),
    (
        r"connection slots|too many (clients|connections)|[Mm]ax *[Cc]lient",
        "end sessions that idle, or use the URL of Supabase's pooler, and run it again",
    ),
    (
        r"no pg_hba\.conf entry",
        "add sslmode=require to the database URL; else have the server let this address in",
    ),
    (
        r"starting up|shutting down|recovery mode|not (yet )?accepting",
        "wait a minute, and run the same command again",
    ),
    (r"invalid ", "correct that part of the database URL"),
)
_ANY = "check that the server runs and that the URL, the role and the password are right"
_NOISE = re.compile(r"^(FATAL: *|connection is bad: *)+|\[Errno -?\d+\] ")


def remedy(cause: str) -> str:
    """Return what to do about one cause of a failed connection."""
    return next((told for sign, told in _BY_CAUSE if re.search(sign, cause)), _ANY)


def plain(cause: str) -> str:
    """Return a cause without what says only that it is one."""
    return _NOISE.sub("", cause)
