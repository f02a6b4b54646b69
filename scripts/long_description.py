"""The README as the package's page shows it, when hatchling builds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_PICTURE = re.compile(r"^!\[[^\]]*\]\((?!https:)[^)]+\)\n+", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]+)\]\((?!https?:)[^)\s]+\)")


class LongDescription(MetadataHookInterface):
    """Give the package its long description."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Read the README."""
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": long_description(text)}


def long_description(readme: str) -> str:
    """Return a README without pictures and links of the repository: elsewhere they lead nowhere.

    A link leaves its text, which names the file.
    """
    return _LINK.sub(r"\g<text>", _PICTURE.sub("", readme))
