"""Does pg_cron itself run, and as it must?"""

from __future__ import annotations

from collections.abc import Iterator

from supaops.checks.check import check, critical, ok, warning
from supaops.checks.cron.facts import cron_facts
from supaops.checks.finding import Verdict
from supaops.config.model import Config
from supaops.db.health.cron import CronFacts

# With background workers all jobs wait for the slowest (pg_cron's issue 200).
_LONG_S = 60.0
# Those that mean UTC all year, in the upper case of PostgreSQL's own list.
_UTC = frozenset({"GMT", "UTC", "UCT", "ZULU", "GREENWICH", "UNIVERSAL", "GMT0", "ETC/UTC"})


@check(
    "cron.scheduler",
    reads=cron_facts,
    title="pg_cron's scheduler runs",
    why="Without it no job ever starts, and nothing is written down about it.",
)
def scheduler(config: Config, facts: CronFacts) -> Verdict:
    """Judge whether the server shows a scheduler, and whether that may start jobs."""
    del config
    if not facts.scheduler_alive:
        return critical("not running", _revival(facts))
    if not facts.launches:
        fix = "set cron.launch_active_jobs to on in the server's configuration, and reload it"
        return critical("running, but cron.launch_active_jobs is off: it starts no job", fix)
    return ok("running")


def _revival(facts: CronFacts) -> str:
    """Return what brings it back: by itself it does, once what ends it at each start is mended."""
    if facts.ownerless_jobs:
        return "it ends at each start: mend cron.job_roles, and it comes back"
    if facts.newest_runid >= facts.next_runid:
        return "it ends at each start: mend cron.runid_sequence, and it comes back"
    return "restart the database: pg_cron starts with it"


@check(
    "cron.runid_sequence",
    reads=cron_facts,
    title="The next run of a job gets a number that is free",
    why=(
        "A number that is taken stops the scheduler at each tick, as after a restore of the "
        "history alone."
    ),
)
def runid_sequence(config: Config, facts: CronFacts) -> Verdict:
    """Judge whether the sequence of run ids is past the greatest of them."""
    del config
    behind = max(facts.newest_runid - facts.next_runid + 1, 0)
    if not behind:
        return ok(f"the next is {facts.next_runid}", value=0)
    observed = f"the next would be {facts.next_runid}, but {facts.newest_runid} is taken"
    fix = "delete from cron.job_run_details where runid > (select last_value from cron.runid_seq)"
    return critical(observed, fix, value=behind)


@check(
    "cron.settings",
    reads=cron_facts,
    title="pg_cron's settings suit the jobs",
    why="Without records of runs most checks are blind; in another zone jobs run at other hours.",
)
def settings(config: Config, facts: CronFacts) -> Verdict:
    """Judge the settings that blind us, or have jobs run otherwise than declared."""
    del config
    faults = list(_faults(facts))
    if faults:
        observed = "; ".join(fault for fault, _ in faults)
        fix = f"in the server's configuration {', '.join(fix for _, fix in faults)}, then restart"
        return warning(observed, fix, value=len(faults))
    return ok(f"runs are recorded, times are in {facts.timezone}", value=0)


def _faults(facts: CronFacts) -> Iterator[tuple[str, str]]:
    if not facts.log_run:
        yield "cron.log_run is off: no run is recorded", "set cron.log_run = on"
    if facts.timezone.upper() not in _UTC:
        observed = f"cron.timezone is {facts.timezone}: schedules are declared in UTC"
        yield observed, "set cron.timezone = 'GMT'"
    if facts.by_workers and (facts.longest_run_s or 0.0) > _LONG_S:
        observed = f"cron.use_background_workers is on, and a run of {facts.longest_run_s:.0f} s "
        yield f"{observed}holds the others up", "set cron.use_background_workers = off"
