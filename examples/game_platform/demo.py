"""`make demo`: from the YAML to a job that ran, on a private stack that is gone afterwards.

Every step is a command that a user would type, and is printed before it runs.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from supaops.cli.console import say
from supaops.cli.options import target
from supaops.db.connect import Connection, connect

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = Path(__file__).resolve().parent
SUPAOPS = str(Path(sys.executable).with_name("supaops"))
JOB_TIMEOUT_S = 30
START_TIMEOUT_S = 15
