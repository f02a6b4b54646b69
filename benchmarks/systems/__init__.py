"""The queues that are measured, one file each."""

from __future__ import annotations

from benchmarks.systems.awa import Awa
from benchmarks.systems.graphile import Graphile
from benchmarks.systems.pgboss import PgBoss
from benchmarks.systems.pgmq import Pgmq
from benchmarks.systems.pgque import Pgque
from benchmarks.systems.pgqueuer import Pgqueuer
from benchmarks.systems.procrastinate import Procrastinate
from benchmarks.systems.supaops import Supaops, SupaopsChecked
from benchmarks.systems.system import System
from benchmarks.systems.textbook import Textbook

SYSTEMS: dict[str, System] = {
    system.name: system
    for system in (
        Supaops(),
        SupaopsChecked(),
        Textbook(),
        Pgmq(),
        Pgque(),
        Graphile(),
        PgBoss(),
        Pgqueuer(),
        Procrastinate(),
        Awa(),
    )
}
