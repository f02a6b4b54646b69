"""What the Makefile and our own background processes start: ``python -m supaops.local <task>``."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from pathlib import Path

from supaops.errors import SupaopsError
from supaops.local import server, supervisor


def find_server() -> int:
    """Print the server that `up` would use; exit 1 and say what to do when there is none."""
    found = server.find()
    sys.stdout.write(f"PostgreSQL {found.version} from {found.source}\n")
    return 0


def run_loops(root: Path, descriptor: int) -> int:
    """Run the stand-ins' loops; standard error, which is their log, hears of ours alone.

    Libraries would add the URL of each request, and with it what its query holds.
    """
    from supaops.local import loops  # noqa: PLC0415  the other tasks start in a quarter of the time

    logging.Formatter.converter = time.gmtime
    logging.basicConfig(format="%(asctime)s UTC %(levelname)s %(message)s")
    logging.getLogger("supaops").setLevel(logging.INFO)
    asyncio.run(loops.run(root, descriptor))
    return 0


def main(arguments: list[str]) -> int:
    """Run a task: ``find-server``, ``supervisor <root>`` or ``loops <root> <socket>``."""
    try:
        match arguments:
            case ["find-server"]:
                return find_server()
            case ["supervisor", root]:
                return supervisor.main(Path(root))
            case ["loops", root, descriptor]:
                return run_loops(Path(root), int(descriptor))
    except SupaopsError as error:
        sys.stderr.write(f"{error}\nhint: {error.hint}\n")
        return 1
    sys.stderr.write(f"{main.__doc__}\n")
    return 64


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
