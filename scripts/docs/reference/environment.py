"""docs/reference/environment.md: each variable that supaops reads, sets or lends. Pure."""

from __future__ import annotations

from collections import defaultdict

from supaops.cli.reference import commands

_PAGE = """
# Environment variables

<!-- Made by `make golden`: the first table from the commands' options, the others from scripts/docs/reference/environment.py. -->

An option on the command line wins over its variable, and a variable over the YAML.

## Of options

| Variable | Option | Of |
|---|---|---|
{options}

## Of commands

| Variable | Effect |
|---|---|
{commands}

## Of workers

| Variable | Effect |
|---|---|
{workers}

## Named in the YAML

`env(NAME)` in the YAML reads the variable `NAME`, for any name: `supaops config check` tells which are named and which are missing,
never a value. Those that the starter config names, and what the local stack lends when the shell does not set them:

| Variable | Meaning |
|---|---|
{named}

See [secrets](../explanation/secrets.md) for files, programs and other sources.

## Of pipelines

| Variable | Effect |
|---|---|
{pipelines}

Variables of the tests are listed in [tests/README.md](../../tests/README.md#which-server).
"""

COMMANDS = {
    "SUPAOPS_DASHBOARD_KEY": "what `dashboard` signs with, unless `dashboard.key` names another source",
    "SUPAOPS_DASHBOARD_PASSWORD": "what `admin` of `local` signs in with; lent by the local stack",
    "SUPAOPS_PG_BIN": "the server of `local up`: a folder of programs, or `embedded` for the wheel",
    "SUPAOPS_DEBUG": "`1` shows the traceback of a defect of supaops",
    "NO_COLOR": "no colour, on a terminal either",
    "FORCE_COLOR": "colour in a pipe too",
    "TERM": "`dumb` is a terminal without colour",
    "COLUMNS": "how wide the terminal is, where it does not tell",
}
"""Of any command; by what a variable does."""

WORKERS = {
    "JOB_QUEUE_DISABLED": "`true` keeps a worker from taking jobs: it answers 503, and `supaops worker` waits",
    "SUPAOPS_HANDLERS": "the handler modules of `serve` and `worker`, separated by commas",
    "SUPAOPS_SUPERVISOR": "set by `worker --processes` for its processes, which stop when it is gone",
    "PROMETHEUS_MULTIPROC_DIR": "set by `worker --processes`: where its processes count together",
    "SENTRY_RELEASE": "the release of reports; without it `supaops@` and the version",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "where spans go; without it, and the next one, there are none",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "the same for spans alone; all others of OpenTelemetry as usual",
    "OTEL_SDK_DISABLED": "`true` makes no spans at all",
    "SB_REGION": "set by Supabase for an Edge Function; part of the worker's name",
    "SB_EXECUTION_ID": "the same",
}
"""Of `serve`, `worker` and the Edge Function."""

NAMED = {
    "DATABASE_URL": "the database's connection string",
    "JOB_QUEUE_WORKER_ENDPOINT": "the URL that pg_net posts to",
    "JOB_QUEUE_RUNNER_SECRET": "what the post proves itself with",
    "SUPABASE_URL": "the project's URL, for `worker.transport: supabase`; lent by the local stack",
    "SUPABASE_ANON_KEY": "lent by the local stack for its own Data API",
    "SUPABASE_SERVICE_ROLE_KEY": "the key of a worker that uses the Data API; lent by the local stack",
}
"""Of the starter config."""

PIPELINES = {
    "GITHUB_STEP_SUMMARY": "set by GitHub Actions: where `--format github` writes its summary",
}
"""Set by a build server."""


def environment_page() -> str:
    """Return the page."""
    return (
        _PAGE.strip().format(
            options=_options(),
            commands=_rows(COMMANDS),
            workers=_rows(WORKERS),
            named=_rows(NAMED),
            pipelines=_rows(PIPELINES),
        )
        + "\n"
    )


def option_variables() -> dict[tuple[str, str], list[str]]:
    """Return the commands that have an option with a variable, by both."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path, command in commands():
        for each in command.params:
            if each.envvar:
                found[each.envvar, each.opts[0]].append(path.removeprefix("supaops "))
    return found


def _options() -> str:
    rows = (
        f"| `{variable}` | `{option}` | {_several(of)} |"
        for (variable, option), of in sorted(option_variables().items())
    )
    return "\n".join(rows)


def _several(of: list[str]) -> str:
    most = 4
    return "commands that are about an environment" if len(of) > most else _quoted(of)


def _quoted(names: list[str]) -> str:
    return ", ".join(f"`{each}`" for each in names)


def _rows(meanings: dict[str, str]) -> str:
    return "\n".join(f"| `{name}` | {meaning} |" for name, meaning in meanings.items())
