"""`supaops rotate NAME`: a new value for a secret, without a moment in which no value works."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from supaops.apply import provenance
from supaops.apply.rotation import OVERLAP, SIGNED_OVERLAP, signs_with
from supaops.apply.rotation import rotate as rotate_secret
from supaops.cli.console import show
from supaops.cli.guard import YesOption, authorise, env_is_typed
from supaops.cli.options import LONGEST_WAIT_S, ConfigOption, EnvOption, duration, target
from supaops.cli.project import DEFAULT_CONFIG, project_root
from supaops.cli.waiting import Waiting
from supaops.clock import utc_now
from supaops.report.rotation import rotated_lines

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The secret's name in Vault.")]
OverlapOption = Annotated[
    str | None,
    typer.Option(
        "--overlap",
        metavar="DURATION",
        help="How long the old value stays good, as 30s, 5m, 1h. "
        "[default: 5m; 24h where posts are signed with it]",
    ),
]
TimeoutOption = Annotated[
    float,
    typer.Option(
        "--timeout",
        min=1,
        max=LONGEST_WAIT_S,
        metavar="S",
        help="Seconds the worker gets to accept the new value.",
    ),
]


def rotate(
    context: typer.Context,
    name: NameArgument,
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    overlap: OverlapOption = None,
    timeout: TimeoutOption = 30.0,
    yes: YesOption = False,
) -> None:
    """Replace a secret's value, without a gap.

    First give the new value to the secret's source. It is written to Vault, the worker accepts
    both, a real call proves it, and the old one is retired when the overlap is over. If the worker
    refuses it, the old one is put back. Run it again if it was interrupted. Where posts are signed,
    give the worker the new value before the overlap is over.
    """
    where = target(env, config)
    usual = SIGNED_OVERLAP if signs_with(where.config, name) else OVERLAP
    lasting = duration(overlap, "--overlap") if overlap else usual
    authorise(where, f"rotate {name}", yes=yes, typed=env_is_typed(context))
    with where.connect("rotate") as conn, Waiting("rotating") as line:
        done = rotate_secret(
            conn,
            where.desired,
            name,
            provenance(project_root(config)),
            overlap=lasting,
            timeout=timedelta(seconds=timeout),
            progress=line.step,
        )
    show(rotated_lines(done, utc_now() + lasting))
