"""What docs/reference/cli.md says of every command."""

from __future__ import annotations

from supaops.status import INTERRUPTED, NAGIOS_STATES, NOT_RUNNING, ExitStatus

HEAD = """
# The command line

<!-- Made by `make golden` from the commands; change their docstrings and options instead. -->

    supaops [--version] [-q | -v] COMMAND [OPTIONS]

`supaops --help` lists the commands, `supaops COMMAND --help` (or `-h`) the options of one.
`supaops completion bash`, `zsh` or `fish` prints what teaches a shell to complete both, and names:
of environments, checks, cron jobs, queues, task types and secrets, as the YAML declares them.

## Options of every command

They stand before the command or after it: `supaops -q plan`, `supaops plan -q`.

| Option | Meaning |
|---|---|
| `--quiet`, `-q` | Only results, warnings, questions and errors. |
| `--verbose`, `-v` | Also each file read, each connection, its statements and their seconds. |
| `--help`, `-h` | The command's help. |

What `--verbose` adds goes to stderr and holds no value. Where a command says more of it below, its
result is longer, too. The log of `serve`, `worker` and `dashboard` begins at `warning` with
`--quiet`, and at `debug` with `--verbose`. `local psql` hands on all that stands behind it.

A report of a defect should hold what `supaops --version --verbose` prints: versions and the
platform, and nothing of a project or its database.

## Exit codes
"""

EXIT_CODES = (
    (ExitStatus.OK, "all", "done, or nothing to do"),
    (
        ExitStatus.ERROR,
        "all but the health commands",
        "an error, told with its place, cause and remedy",
    ),
    (ExitStatus.ERROR, "`scan`", "there is a secret where none may stand"),
    (ExitStatus.ERROR, "`types --check`", "a file is not what the YAML makes"),
    (
        ExitStatus.CHANGES,
        "`plan --exit-code`, `render --check`, `upgrade --check`",
        "there are changes or drift; a migration or an upgrade is due",
    ),
    (ExitStatus.CHANGES, "`diff-env --exit-code`", "the environments differ"),
    (NOT_RUNNING, "`local status`", "not all of the stack runs"),
    (ExitStatus.LOCKED, "`apply`, `import`, `rollback`, `upgrade`", "another apply holds the lock"),
    (
        ExitStatus.REFUSED,
        "what changes a database, `render --migration`",
        (
            "refused by a guard: not confirmed, a conflict, a stale plan, another's database, "
            "a newer schema"
        ),
    ),
    (ExitStatus.USAGE, "all but the health commands", "the command line is wrong"),
    (INTERRUPTED, "all", "interrupted by Ctrl-C"),
    (
        ", ".join(str(each.value) for each in NAGIOS_STATES),
        "`verify`, `doctor`, `watch --once`, `smoke`",
        ", ".join(each.name for each in NAGIOS_STATES),
    ),
)
"""The code, whose it is, what it means."""

FOOT = """
The health commands are `verify`, `doctor`, `watch` and `smoke`. They exit as Nagios plugins do, so
an error or a wrong command line is 3 there: no evidence is not health, and no outage either.

## Output

- Results go to stdout; errors, progress and the line that names the database go to stderr.
- `--format json` prints one JSON document to stdout and nothing else. It carries a
  `format_version`: a new key raises its minor number. `config show` and `config schema` always
  print JSON, `render` SQL, or with `--migration` what it has written.
- On a terminal, long lines are wrapped between words; those of a difference are left whole. A pipe
  gets whole lines.
- Colour is for terminals. `NO_COLOR` and `TERM=dumb` turn it off, `FORCE_COLOR` or `CLICOLOR_FORCE`
  turns it on in a pipe. Nothing is told by colour alone.
- What takes longer than a moment shows the seconds on a terminal's stderr, and nowhere else.
- A question goes to stderr, and its default is No. Where stdin or stderr is no terminal nothing is
  asked: what would ask is refused, unless there is `--yes`.
- An error is `error: place: cause` with its remedy under it, `fix: ...`. All problems of the YAML
  and of its variables are told at once.

## Variables

| Variable | Effect |
|---|---|
| `SUPAOPS_ENV` | the environment when there is no `--env` |
| `SUPAOPS_HANDLERS` | the handler modules of `serve` and `worker`, separated by commas |
| `SUPAOPS_HOST`, `SUPAOPS_PORT` | where `serve` listens when no option says so |
| `SUPAOPS_DASHBOARD_KEY` | what `dashboard` signs with, unless `dashboard.key` names another |
| `SUPAOPS_DASHBOARD_PASSWORD` | what `admin` of `local` signs in with; lent by the local stack |
| `SUPAOPS_SUPERVISOR` | set by `worker --processes` for its processes, which stop when it is gone |
| `SUPAOPS_PG_BIN` | the server of `local up`: a folder of programs, or `embedded` for the wheel |
| `SUPAOPS_DEBUG` | `1` shows the traceback of a defect of supaops |
| `NO_COLOR`, `FORCE_COLOR`, `CLICOLOR_FORCE`, `TERM`, `COLUMNS` | as usual |

[Environment variables](environment.md) has all of them, also those of workers and pipelines.
The YAML names others by `env(NAME)`. A running local stack sets those of `local` that the shell
does not. See [secrets](../explanation/secrets.md).
"""
