"""What is done with each round: metrics, a heartbeat, and a line for what turned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from supaops.checks.changes import Change, changes, said
from supaops.checks.finding import worst
from supaops.checks.round import Round
from supaops.config.model import Config
from supaops.report.chain_metrics import chain_families
from supaops.report.changes import heartbeat_line
from supaops.report.prometheus import check_families, exposition
from supaops.report.watch_metrics import Progress, watch_families
from supaops.status import Severity
from supaops.watch.heartbeat import Heartbeat, beat_of
from supaops.watch.latest import Latest

Show = Callable[[Round, list[Change]], None]


class Publisher:
    """Tells of rounds, and remembers what was told."""

    def __init__(
        self,
        config: Config,
        interval_s: float,
        latest: Latest,
        show: Show,
        heartbeat: Heartbeat | None = None,
    ) -> None:
        self._config = config
        self._interval_s = interval_s
        self._latest = latest
        self._show = show
        self._heartbeat = heartbeat
        self._said: dict[str, Severity] = {}
        self._rounds = self._overruns = 0

    def publish(self, done: Round) -> None:
        """Tell of one round; nobody who reads slowly, or not at all, holds the next one up."""
        self._rounds += 1
        self._overruns += done.duration_s > self._interval_s
        turned = changes(self._said, done.findings)
        self._said = said(self._said, done.findings)
        self._latest.publish(self._metrics(done))
        if self._heartbeat:
            line = heartbeat_line(done.findings)
            self._heartbeat.beat(beat_of(worst(done.findings), line))
        self._show(done, turned)

    def _metrics(self, done: Round) -> str:
        families = (
            *check_families(done.findings),
            *chain_families(self._config, done.measures),
            *watch_families(self._progress(done)),
        )
        return exposition(families)

    def _progress(self, done: Round) -> Progress:
        beats = self._heartbeat
        return Progress(
            ended_at=done.at + timedelta(seconds=done.duration_s),
            duration_s=done.duration_s,
            interval_s=self._interval_s,
            rounds=self._rounds,
            overruns=self._overruns,
            beats={"sent": beats.sent, "failed": beats.failed} if beats else {},
        )
