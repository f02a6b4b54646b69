"""`supaops completion bash`: what teaches a shell to complete the command line."""

from __future__ import annotations

from enum import StrEnum
from importlib.resources import files
from typing import Annotated

import typer


class Shell(StrEnum):
    """The shells that can learn it."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(
    shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")],
) -> None:
    """Print what teaches bash, zsh or fish to complete commands.

    In ~/.bashrc: eval "$(supaops completion bash)". In ~/.zshrc the same with zsh, behind compinit.
    In ~/.config/fish/config.fish: supaops completion fish | source.
    """
    text = (files("supaops.cli") / "shells" / shell).read_text(encoding="utf-8")
    typer.echo(text, nl=False)
