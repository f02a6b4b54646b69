"""Options of the command line that a browser leaves whole. Pure."""

from __future__ import annotations

import re

_CODE = re.compile(r"<code>[^<]*</code>")
_OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]*")


def with_whole_options(html: str) -> str:
    """Return a page whose options are elements of class ``option``, for the style sheet.

    A browser ends a line behind any hyphen, and so between the two of ``--env`` and its name.
    """
    return _CODE.sub(lambda code: _OPTION.sub(r'<span class="option">\g<0></span>', code[0]), html)
