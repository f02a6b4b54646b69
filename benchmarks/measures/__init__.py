"""What is measured, one file each."""

from __future__ import annotations

from benchmarks.measures.claim_complete import ClaimComplete
from benchmarks.measures.claimers import Claimers
from benchmarks.measures.cycle import Cycle
from benchmarks.measures.declaration import Declaration
from benchmarks.measures.depth import Depth
from benchmarks.measures.detection import Detection
from benchmarks.measures.drain import Drain
from benchmarks.measures.held import Held
from benchmarks.measures.lanes import Lanes
from benchmarks.measures.measure import Measure
from benchmarks.measures.pickup import Pickup
from benchmarks.measures.scale import Scale
from benchmarks.measures.single_enqueue import SingleEnqueue
from benchmarks.measures.space import Space
from benchmarks.measures.verify import Verify
from benchmarks.measures.wake import Wake
from benchmarks.measures.wal import Wal
from benchmarks.measures.workers import Workers

MEASURES: dict[str, Measure] = {
    "declaration": Declaration(),
    "scale": Scale(),
    "verify": Verify(),
    "cycle": Cycle(),
    "wal": Wal(),
    "single_enqueue": SingleEnqueue(),
    "claim_complete": ClaimComplete(),
    "claimers": Claimers(),
    "drain": Drain(),
    "workers": Workers(),
    "pickup": Pickup(),
    "held": Held(),
    "space": Space(),
    "lanes": Lanes(),
    "depth": Depth(),
    "wake": Wake(),
    "detection": Detection(),
}
"""At full length."""

SHORT: dict[str, Measure] = {
    "declaration": Declaration(),
    "scale": Scale(cron_jobs=20, functions=150),
    "verify": Verify(jobs=2_000, runs=2_000, posts=500, cron_jobs=20, times=1),
    "cycle": Cycle(jobs=2_000),
    "wal": Wal(jobs=2_000),
    "single_enqueue": SingleEnqueue(jobs=800),
    "claim_complete": ClaimComplete(seconds=1, jobs=1_600, connections=(8,)),
    "claimers": Claimers(seconds=1, jobs=5_120, connections=(16, 64)),
    "drain": Drain(jobs=2_000),
    "workers": Workers(jobs=2_000, processes=(1, 2)),
    "pickup": Pickup(rate=100, seconds=2, lead=1),
    "held": Held(seconds=2, rate=500),
    "space": Space(flows=2, seconds=2, rate=500),
    "lanes": Lanes(lanes=(1, 30), claims=20),
    "depth": Depth(pending=20_000, finished=20_000, claims=50),
    "wake": Wake(jobs=3),
    "detection": Detection(runs=1),
}
"""Enough to see that everything works; the figures mean little."""
