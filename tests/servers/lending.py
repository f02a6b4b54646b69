"""Start the Supabase that SUPAOPS_TEST_SERVER asks for, once per test process.

It is named to the tests by the variables that name any other, so that nothing else has to know.
It starts before the first test: pulling an image takes longer than a test may.
"""

from __future__ import annotations

import os
from contextlib import ExitStack

import pytest

from tests.servers import container, supabase_start
from tests.servers.unavailable import LACKING, Unavailable
from tests.servers.variables import DSN_VARIABLE

VARIABLE = "SUPAOPS_TEST_SERVER"
KINDS = {"container": container.running, "supabase": supabase_start.running}


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start what is asked for, in each process that runs tests."""
    kind = os.environ.get(VARIABLE)
    if kind is None:
        return
    if kind not in KINDS or DSN_VARIABLE in os.environ:
        raise pytest.UsageError(
            f"{VARIABLE} is {kind!r}: it is one of {', '.join(KINDS)}, and stands alone"
        )
    if _runs_no_test(session.config):
        return
    cleanup = ExitStack()
    session.config.add_cleanup(cleanup.close)
    try:
        os.environ.update(cleanup.enter_context(KINDS[kind]()))
    except Unavailable as error:
        session.config.stash[LACKING] = error


def _runs_no_test(config: pytest.Config) -> bool:
    """Tell whether this process only collects, or only hands tests out to others."""
    if config.option.collectonly:
        return True
    return bool(getattr(config.option, "numprocesses", None)) and not hasattr(config, "workerinput")
