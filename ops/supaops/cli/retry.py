"""`supaops retry`: run jobs again."""

from __future__ import annotations

import typer

from supaops.cli.bulk import Asked, run_verb
from supaops.cli.guard import YesOption
from supaops.cli.options import ConfigOption, EnvOption, Format, FormatOption
from supaops.cli.project import DEFAULT_CONFIG
from supaops.cli.selecting import (
    CapOption,
    DryRunOption,
    ErrorOption,
    IdsArgument,
    NewerOption,
    OlderOption,
    QueueOption,
    StatusOption,
    TaskTypeOption,
    WhyOption,
    WorkerOption,
    job_filter,
)
from supaops.jobs.verb import RETRY


def retry(
    context: typer.Context,
    *,
    ids: IdsArgument = None,
    status: StatusOption = None,
    queue: QueueOption = None,
    task_type: TaskTypeOption = None,
    error: ErrorOption = None,
    worker: WorkerOption = None,
    older: OlderOption = None,
    newer: NewerOption = None,
    limit: CapOption = 1_000,
    reason: WhyOption = None,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Run jobs again, by id or by filter.

    A filter without --status finds failed jobs. A running one is left to its worker; one whose
    attempts are used up gets one more.

    Shows the exact count and asks; for more than 100 jobs the count is to be typed. Exits 1 when a
    job could not be changed.
    """
    wanted = job_filter(
        status=status,
        queue=queue,
        task_type=task_type,
        error=error,
        worker=worker,
        older=older,
        newer=newer,
    )
    asked = Asked(RETRY, ids or [], wanted, limit, reason, dry_run, yes, output)
    run_verb(context, asked, env, config)
