"""docs/reference/exit-codes.md, from the table that docs/reference/cli.md and README.md show. Pure."""

from __future__ import annotations

from supaops.cli.reference import exit_table
from supaops.status import Severity

_PAGE = """
# Exit codes

<!-- Made by `make golden` from the commands' own table; change that instead. -->

What a script may rely on, and no minor version changes:

{codes}

## The health commands

`verify`, `doctor`, `watch` and `smoke` exit as Nagios plugins do, with the worst of what they found. An error or a wrong command line
is 3 there: no evidence is not health, and no outage either.

| severity | exit code | rank |
|---|---|---|
{severities}

The rank is the order by badness. `--fail-on critical`, `--fail-on never` and `--strict` change what is exited with:
see [health checks](../explanation/health.md#five-states).

## In a script

```text
supaops plan --env production --exit-code
case $? in
    0) echo "nothing to do" ;;
    2) echo "there are changes or drift" ;;
    *) exit 1 ;;
esac
```

With `--format json` an error still goes to stderr as text, and stdout stays empty.
"""


def exit_codes_page() -> str:
    """Return the page."""
    ranked = sorted(Severity, key=lambda each: each.rank)
    rows = [f"| {each.name} | {_exit(each)} | {each.rank} |" for each in ranked]
    return _PAGE.strip().format(codes=exit_table(), severities="\n".join(rows)) + "\n"


def _exit(severity: Severity) -> str:
    return "none" if severity is Severity.SKIPPED else str(int(severity))
