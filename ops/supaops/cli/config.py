"""`supaops config`: check the YAML, and describe it to an editor."""

from __future__ import annotations

from datetime import UTC, datetime

import typer
from rich.text import Text

from supaops.cli.console import say, stdout
from supaops.cli.options import DEFAULT_CONFIG, ConfigOption, EnvOption, target
from supaops.clock import utc_now
from supaops.config import Config, load
from supaops.config.editor_schema import editor_schema
from supaops.config.ticks import next_ticks

app = typer.Typer(help="Check the YAML; describe it to an editor.", no_args_is_help=True)

TICKS = 3


@app.command()
def check(env: EnvOption = "local", config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Check the YAML and every variable that it names, and show when each job ticks."""
    where = target(env, config)
    secrets = len(where.resolved.secrets)
    say(f"{config}: {env} is valid, and its {secrets} secrets are set", "green")
    stdout.print(schedules(where.config, utc_now()))


@app.command()
def show(env: EnvOption = "local", config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Print the merged config of an environment as JSON; needs no variable to be set."""
    typer.echo(load(config, env).model_dump_json(indent=2, by_alias=True))


@app.command()
def schema() -> None:
    """Print the JSON Schema of the YAML, for editors."""
    typer.echo(editor_schema(), nl=False)


def schedules(config: Config, now: datetime) -> Text:
    """Return two lines per cron job: what it calls and how often, and its next ticks in UTC."""
    lines: list[Text] = []
    for name, job in config.cron.jobs.items():
        state = "" if job.active else "  (inactive)"
        lines.append(Text(f"  {name}", "bold").append(f"  {job.schedule}{state}", "not bold"))
        ticks = ", ".join(_at(tick, now) for tick in next_ticks(job.schedule, now, TICKS))
        lines.append(Text(f"    next: {ticks} UTC", "dim"))
    return Text("\n").join(lines)


def _at(tick: datetime, now: datetime) -> str:
    utc = tick.astimezone(UTC)
    return f"{utc:%H:%M:%S}" if utc.date() == now.astimezone(UTC).date() else f"{utc:%m-%d %H:%M}"
