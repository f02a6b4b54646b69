"""References to what stays outside the file: variables, files, commands, the project's own URL."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass

from supaops.config.problem import Complaint

_CALL = re.compile(r"(env|file|cmd|project_url)\((.*)\)", re.DOTALL)
_ENV = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PATH = re.compile(r"/[\x21\x22\x24-\x7e]*")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_SINGLE_QUOTED = re.compile(r"'[^']*'")
_OF_A_SHELL = re.compile(r"[|&;<>()]")
_EXPANDED = re.compile(r"[$`]")

# What people write instead, and what they meant.
_SHELL = re.compile(
    r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?|env\( *[\"']?([A-Za-z_][A-Za-z0-9_]*)[\"']? *\)"
    r"|\$\{\{ *(?:secrets|env|vars)\.([A-Za-z_][A-Za-z0-9_]*) *\}\}"
)
_MEANT = (
    (re.compile(r"\$\(.*\)|`.*`", re.DOTALL), "write cmd(PROGRAM ARGUMENTS) without the $( )"),
    (re.compile(r"op://.*", re.DOTALL), "write cmd(op read op://VAULT/ITEM/FIELD)"),
    (re.compile(r"file://.*", re.DOTALL), "write file(PATH)"),
)
_NO_SHELL = "no shell runs it; write cmd(sh -c '...') for one"


@dataclass(frozen=True, slots=True)
class EnvRef:
    """The name of an environment variable."""

    name: str

    def __str__(self) -> str:
        """Return the form used in the YAML and in Supabase's config.toml."""
        return f"env({self.name})"

    @property
    def subject(self) -> str:
        """Return what a sentence about the value starts with."""
        return f"the environment variable {self.name}"


@dataclass(frozen=True, slots=True)
class FileRef:
    """The path of a file, from the project's root on when it is relative."""

    path: str

    def __str__(self) -> str:
        """Return the form used in the YAML."""
        return f"file({self.path})"

    @property
    def subject(self) -> str:
        """Return what a sentence about the value starts with."""
        return f"the file {self.path}"


@dataclass(frozen=True, slots=True)
class CommandRef:
    """A program and its arguments, which no shell sees.

    Attributes:
        line: as it was written.
        words: split as a shell would; at least one.
    """

    line: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        """Return the form used in the YAML."""
        return f"cmd({self.line})"

    @property
    def subject(self) -> str:
        """Return what a sentence about the value starts with; arguments may hold anything."""
        return f"the command `{self.words[0]}`"


@dataclass(frozen=True, slots=True)
class ProjectUrl:
    """A path below the URL of the environment's own Supabase project."""

    path: str

    def __str__(self) -> str:
        """Return the form used in the YAML."""
        return f"project_url({self.path})"

    @property
    def subject(self) -> str:
        """Return what a sentence about the value starts with."""
        return str(self)


Reference = EnvRef | FileRef | CommandRef | ProjectUrl
REFERENCES = (EnvRef, FileRef, CommandRef, ProjectUrl)


def looks_like_reference(text: str) -> bool:
    """Tell whether a text is meant as a reference, well written or not."""
    starts = ("env(", "file(", "cmd(", "project_url(", "$", "op://", "file://", "`")
    return text.lstrip().startswith(starts)


def reference(value: object) -> Reference:
    """Parse one of the four forms; nothing else is guessed at."""
    if isinstance(value, REFERENCES):
        return value
    match = _CALL.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _not_a_reference(value)
    form, argument = match.groups()
    return _PARSERS[form](argument)


def _not_a_reference(value: object) -> Complaint:
    return Complaint(
        "expected env(NAME), file(PATH) or cmd(...), for a secret's value never stands in the file",
        hint=_remedy(value),
        reveal=False,
    )


def _remedy(value: object) -> str:
    written = value.strip() if isinstance(value, str) else ""
    if match := _SHELL.fullmatch(written):
        return f"write env({match[1] or match[2] or match[3]})"
    meant = (hint for pattern, hint in _MEANT if pattern.fullmatch(written))
    return next(meant, "put the value in an environment variable and write env(ITS_NAME)")


def _env(name: str) -> EnvRef:
    if not _ENV.fullmatch(name):
        raise _not_a_reference(f"env({name})")
    return EnvRef(name)


def _file(path: str) -> FileRef:
    if not path or path != path.strip() or not path.isprintable():
        raise _refused("file(PATH) takes one path", "write file(secrets/NAME)")
    if path[0] in "'\"":
        raise _refused("file(PATH) takes a path without quotes", "remove the quotes")
    if path[0] == "~":
        raise _refused("file(PATH) does not know `~`", "write the whole path")
    return FileRef(path)


def _command(line: str) -> CommandRef:
    if not line.isprintable():
        raise _refused("cmd(...) takes one line", "write cmd(PROGRAM ARGUMENTS)")
    if _OF_A_SHELL.search(_QUOTED.sub("", line)):
        raise _refused("cmd(...) takes one program, neither pipes nor redirections", _NO_SHELL)
    if _EXPANDED.search(_SINGLE_QUOTED.sub("", line)):
        raise _refused("cmd(...) replaces neither `$` nor backticks", _NO_SHELL)
    words = _split(line)
    if not words or not words[0]:
        raise _refused("cmd(...) names no program", "write cmd(PROGRAM ARGUMENTS)")
    return CommandRef(line, words)


def _split(line: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(line))
    except ValueError as error:
        raise _refused("cmd(...) holds a quote that does not end", "close it") from error


def _project_url(path: str) -> ProjectUrl:
    if not _PATH.fullmatch(path):
        raise _refused(
            "project_url(...) takes a path that starts with `/`, without blanks or a fragment",
            "write project_url(/functions/v1/NAME)",
        )
    return ProjectUrl(path)


def _refused(expected: str, hint: str) -> Complaint:
    return Complaint(expected, hint=hint, reveal=False)


_PARSERS: dict[str, Callable[[str], Reference]] = {
    "env": _env,
    "file": _file,
    "cmd": _command,
    "project_url": _project_url,
}
