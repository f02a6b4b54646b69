"""The tables under the jobs: dead rows, indexes, counts, and what should be gone."""

from __future__ import annotations

from supaops.checks.check import check, critical, graded, ok, warning
from supaops.checks.finding import Verdict
from supaops.checks.queue import remedies
from supaops.checks.queue.facts import Counted, counted, holders, overdue, tables
from supaops.checks.words import number, span
from supaops.config.model import Config
from supaops.db.health.tables import Holder, TableRows, Tables

# Of fewer dead rows nobody takes notice, whatever their share.
_FEWEST_DEAD = 10_000
# By how much the server's estimates may be behind a queue that is filled or emptied.
_ESTIMATE_SLACK, _ESTIMATE_SHARE = 10_000, 0.5


@check(
    "queue.dead_tuples",
    reads=tables,
    title="Vacuum keeps up with the queue's tables",
    why="Each claim reads past dead rows: the more there are, the slower it gets.",
)
def dead_tuples(config: Config, facts: Tables) -> Verdict:
    """Judge the share of dead rows in the worst of the tables that have many."""
    many = [each for each in facts.tables if each.dead > _FEWEST_DEAD]
    if not many:
        return ok("few", value=0, unit="share")
    worst = max(many, key=_dead_share)
    return graded(
        _dead_share(worst),
        config.checks.thresholds("queue.dead_tuples"),
        f"{worst.name}: {worst.dead:,} dead rows beside {worst.live:,}",
        fix=f"vacuum (analyze) {worst.name}; if it removes nothing, see "
        f"supaops verify --env {config.environment} --only queue.xmin",
        unit="share",
        evidence=tuple(f"{e.name}: {e.dead:,} dead, {e.live:,} live" for e in many),
    )


@check(
    "queue.xmin",
    reads=holders,
    title="Nobody keeps vacuum from removing dead rows",
    why="While one old snapshot is held, dead rows of every table stay, and each claim reads them.",
)
def xmin(config: Config, facts: list[Holder]) -> Verdict:
    """Judge since when the oldest snapshot is held, and name who holds it.

    A slot that nobody uses is worth a warning even where it does not say since when.
    """
    bounds = config.checks.thresholds("queue.xmin")
    aged = [each for each in facts if each.age_s is not None]
    idle = [each for each in facts if each.is_idle_slot and each.age_s is None]
    if not aged and not idle:
        return ok("no old snapshot", value=0, unit="s")
    if not aged or (idle and facts.index(idle[0]) < facts.index(aged[0])):
        return warning(f"{_holder(idle[0])} holds it", _release(idle[0]))
    worst = aged[0]
    age_s = worst.age_s or 0.0
    return graded(
        age_s,
        bounds,
        f"held for {span(age_s)} by {_holder(worst)}",
        fix=_release(worst),
        unit="s",
        evidence=tuple(map(_holder, facts)),
    )


@check(
    "queue.retention",
    reads=overdue,
    title="What is past its time is removed",
    why="Jobs and records pile up when neither the clean-up nor the maintenance runs.",
)
def retention(config: Config, facts: dict[str, float]) -> Verdict:
    """Judge by how much the oldest of each kind of record has outlived its retention."""
    late = {record: over_s for record, over_s in facts.items() if over_s > 0}
    if not late:
        return ok("nothing is overdue", value=0, unit="s")
    worst = max(late, key=lambda record: late[record])
    jobs = worst.endswith(" jobs")
    verb = "cleanup" if jobs else "maintain"
    return graded(
        late[worst],
        config.checks.thresholds("queue.retention"),
        f"{worst} are there {span(late[worst])} longer than they are kept",
        fix=f"select {remedies.function(config, verb)}(), and declare a cron job with call: {verb}",
        unit="s",
        evidence=tuple(f"{record}: {span(over_s)}" for record, over_s in late.items()),
        declared_at=("queue", "retention") if jobs else ("history",),
    )


@check(
    "queue.indexes",
    reads=tables,
    title="Every index of the queue is there and valid",
    why="Without its index a claim reads the whole table, each time.",
)
def indexes(config: Config, facts: Tables) -> Verdict:
    """Judge which indexes are missing or not used by the server."""
    del config
    if not facts.has_key:
        return critical(
            "the queue has no primary key", f"alter table {facts.queue} add primary key (id)"
        )
    if facts.missing:
        first = facts.missing[0]
        names = tuple(each.name for each in facts.missing)
        made = " ".join(first.definition.split()).replace(" index ", " index concurrently ", 1)
        return critical(f"missing: {', '.join(names)}", made, value=len(names), evidence=names)
    if facts.invalid:
        again = f"reindex index concurrently {facts.invalid[0]}"
        seen = f"not valid: {', '.join(facts.invalid)}"
        return critical(seen, again, value=len(facts.invalid), evidence=facts.invalid)
    return ok("all there", value=0)


@check(
    "queue.counts",
    reads=counted,
    title="The counts of jobs are right",
    why="Tiles, limits and other checks go by them; a restore or a crash may leave them wrong.",
)
def counts_are_right(config: Config, facts: Counted) -> Verdict:
    """Judge the queue's own counts by their sign, and by both of the server's estimates."""
    fix = "select supaops.recount()"
    negative = [each for each in facts.counts if each.jobs < 0]
    if negative:
        shown = tuple(f"{e.jobs:,} {e.status} {e.task_type} in `{e.queue}`" for e in negative)
        return warning(shown[0], fix, value=len(shown), evidence=shown)
    total = sum(each.jobs for each in facts.counts)
    estimates = [each for each in (facts.tables.estimate, facts.tables.jobs.live) if each >= 0]
    off = min((abs(total - each) for each in estimates), default=0)
    del config
    if off > _ESTIMATE_SLACK + _ESTIMATE_SHARE * total:
        return warning(f"{total:,} counted, about {max(estimates):,} there", fix, value=off)
    return ok(number(total, "job"), value=0)


def _dead_share(table: TableRows) -> float:
    return table.dead / (table.dead + table.live)


def _holder(holder: Holder) -> str:
    """Return who it is; never what it runs, which may hold a secret."""
    if holder.kind == "slot":
        return f"replication slot {holder.name}, {holder.state}"
    if holder.kind == "prepared":
        return f"transaction {holder.name}, {holder.state}"
    program = f" ({holder.application})" if holder.application else ""
    return f"pid {holder.pid}, {holder.name}{program}, {holder.state or 'running'}"


def _release(holder: Holder) -> str:
    name = remedies.quoted(holder.name or "")
    if holder.kind == "slot":
        return f"select pg_drop_replication_slot({name})"
    if holder.kind == "prepared":
        return f"rollback prepared {name}"
    return f"select pg_terminate_backend({holder.pid})"
