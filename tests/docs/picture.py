"""A terminal's output as an SVG that needs nothing from elsewhere. Pure."""

from __future__ import annotations

import io
from html import escape

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

SCENES = {
    "plan": "supaops plan",
    "verify": "supaops verify",
    "incident": "supaops incident",
}
"""The command of each picture of a terminal; `record` renews them."""
CONTROL_ROOM = "control-room.png"
COLUMNS = 100
_THEME = TerminalTheme(
    (22, 27, 34),
    (201, 209, 217),
    [
        (72, 79, 88), (255, 123, 114), (86, 211, 100), (227, 179, 65),
        (121, 192, 255), (210, 168, 255), (86, 212, 221), (201, 209, 217),
    ],
    [
        (139, 148, 158), (255, 161, 152), (126, 231, 135), (242, 204, 96),
        (165, 214, 255), (226, 197, 255), (179, 240, 255), (240, 246, 252),
    ],
)  # fmt: skip
_FORMAT = """\
<svg class="terminal" role="img" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<title>TITLE</title>
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px;
}}
.{unique_id}-title {{ font: bold 18px sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def picture(name: str, command: str, said: str) -> str:
    """Return the picture of a terminal in which a command was typed.

    Args:    name: its own within a page: styles and clips of several pictures must not meet.
             said: what the command wrote, with its colours.
    """
    console = Console(
        record=True,
        width=COLUMNS,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
    )
    console.print(Text.assemble(("$ ", "bright_black"), (command, "bold")))
    console.print(Text.from_ansi(said.rstrip("\n")))
    return console.export_svg(
        title=command,
        theme=_THEME,
        code_format=_FORMAT.replace("TITLE", escape(command)),
        unique_id=name,
    )
