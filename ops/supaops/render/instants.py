"""Sequences that hold a moment: SQL to read one and to write one.

These are expressions and no SQL functions, since each call of a function costs a claim more than
the arithmetic in it. A sequence has no row versions: moving it leaves nothing behind for vacuum.
"""

from __future__ import annotations

from supaops.render.quoting import Sql


def moment_of(sequence: str) -> Sql:
    """Return the timestamptz that a sequence (a SQL expression) holds; 1970 if never set."""
    value = f"coalesce(pg_sequence_last_value({sequence}), 0)"
    return Sql(f"timestamptz 'epoch' + {value} * interval '1 microsecond'")


def microseconds(moment: str) -> Sql:
    """Return the microseconds since 1970 of a timestamptz (a SQL expression), to set one to."""
    return Sql(f"(extract(epoch from {moment}) * 1000000)::bigint")
