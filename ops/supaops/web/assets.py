"""The files that a browser loads: their address carries what they hold, so it may keep them."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_DIGEST = re.compile(r"^[0-9a-f]{12}/")


@cache
def digest() -> str:
    """Return twelve hex digits of what all the files hold together.

    A folder of the address and no query, so that a script's own imports carry it as well.
    """
    total = hashlib.sha256()
    for path in sorted(each for each in FOLDER.rglob("*") if each.is_file()):
        total.update(path.relative_to(FOLDER).as_posix().encode() + path.read_bytes())
    return total.hexdigest()[:12]


class Assets(StaticFiles):
    """Serve the files, with any digest before their name: a page of the version before may ask."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, to be kept when it is asked for as it is now."""
        response = await super().get_response(_DIGEST.sub("", path), scope)
        kept = path.startswith(f"{digest()}/")
        response.headers["Cache-Control"] = _FOR_EVER if kept else _ASK_AGAIN
        return response
