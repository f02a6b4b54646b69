"""Where can a secret be read that is on its way, or was written down?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from supaops.checks.check import check, ok, warning
from supaops.checks.facts import command_facts, exposure_facts
from supaops.checks.finding import Verdict
from supaops.checks.security.exposed import Exposures, about, listed
from supaops.checks.sources import Sources
from supaops.config.known import Known, secrets_in
from supaops.config.model import Config
from supaops.config.references import ProjectUrl
from supaops.db.health.commands import RUNS, Command


@check(
    "security.net_readers",
    reads=exposure_facts,
    title="Nobody but Supabase's own roles can read queued requests",
    why="While a request waits in net.http_request_queue its headers hold the worker's secret, and "
    "pg_net opens that table to everybody who can log in.",
)
def net_readers(config: Config, facts: Exposures) -> Verdict:
    """Judge whether another role that can log in may read a secret in pg_net's queue."""
    found = about(facts, "net_readers")
    if config.worker.auth == "signature":
        return ok("posts are signed: no header holds the secret", value=0)
    if not found:
        return ok("none", value=0)
    fix = f'worker.auth: signature, or: alter role "{found[0].name}" nologin; if it may know the '
    fix += "secret: checks.skip: [security.net_readers]"
    names = tuple(each.name for each in found)
    return warning(f"can log in and read: {listed(found)}", fix, value=len(found), evidence=names)


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret in a command: whose, and what it is; never the secret."""

    command: Command
    kind: str

    @property
    def place(self) -> str:
        """Return where it stands."""
        if self.command.is_job:
            return self.command.label
        return f"run {self.command.id} of {self.command.name or 'a job without a name'}"


def leak_facts(sources: Sources) -> tuple[Leak, ...]:
    """Return the secrets in commands; they are searched here, and not one is kept."""
    declared = sources.desired.config.vault.secrets
    values = {
        f"the value of {name}": value
        for name, value in sources.desired.secrets.items()
        if name in declared and not isinstance(declared[name].value, ProjectUrl)
    }
    return tuple(_leaks(sources.facts(command_facts), Known.of(values)))


def _leaks(commands: tuple[Command, ...], known: Known) -> Iterator[Leak]:
    for each in commands:
        kinds = dict.fromkeys(found.kind for found in secrets_in(each.command, known))
        yield from (Leak(each, kind) for kind in kinds)


@check(
    "security.cron_secrets",
    reads=leak_facts,
    title="No secret stands in a cron job's command",
    why="Commands are plain text in cron.job, in every row of its history, and in every backup.",
)
def cron_secrets(config: Config, facts: tuple[Leak, ...]) -> Verdict:
    """Judge the commands of all jobs and of the latest runs."""
    del config
    if not facts:
        return ok(f"none in the jobs and the latest {RUNS} runs", value=0)
    seen = tuple(f"{each.place}: {each.kind}" for each in facts)
    return warning(seen[0], _remedy(facts[0]), value=len(facts), evidence=seen)


def _remedy(leak: Leak) -> str:
    if leak.command.is_job:
        return "have the command read it from vault.decrypted_secrets by name, then rotate it"
    return "rotate it; then delete the runs with that command from cron.job_run_details"
