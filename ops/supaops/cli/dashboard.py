"""`supaops dashboard`: the control room."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network
from typing import Annotated

import typer

from supaops.cli.console import say
from supaops.cli.observing import LogFormatOption, LogLevelOption, log_as_asked
from supaops.cli.options import ConfigOption, EnvOption, target
from supaops.cli.project import DEFAULT_CONFIG
from supaops.errors import UsageError
from supaops.worker.telemetry.log_choice import LogLevel

ProxyOption = Annotated[
    list[str],
    typer.Option(
        "--proxy",
        metavar="ADDRESS",
        help="A proxy in front, or its network: its X-Forwarded-For and -Proto are believed. "
        "May be given again.",
    ),
]
HostOption = Annotated[str, typer.Option("--host", help="The address to listen on.")]
PortOption = Annotated[
    int, typer.Option("--port", min=0, max=65_535, help="The port; 0: a free one.")
]


def dashboard(
    host: HostOption = "127.0.0.1",
    port: PortOption = 8788,
    proxy: ProxyOption = [],  # noqa: B006  Typer copies it
    env: EnvOption = "local",
    config: ConfigOption = DEFAULT_CONFIG,
    log_format: LogFormatOption = None,
    log_level: LogLevelOption = LogLevel.INFO,
) -> None:
    """Serve the control room, until SIGTERM or SIGINT.

    It is closed until `dashboard` in the YAML says who may come in.
    """
    log_as_asked("dashboard", "dashboard", log_format, log_level)
    # Here, because the help needs not the extra that these are of.
    from supaops.cli.control_room import site_of  # noqa: PLC0415
    from supaops.serving.server import run_server  # noqa: PLC0415
    from supaops.web.app import create_app  # noqa: PLC0415
    from supaops.web.site import BASE  # noqa: PLC0415

    where = target(env, config)
    site = site_of(where)
    where.announce("dashboard")
    for warning in site.access.warnings:
        say(warning, "yellow")
    app = create_app(site)
    run_server(
        app,
        host=host,
        port=port,
        path=BASE,
        proxies=proxies_of(proxy),
        on_stop=app.state.live.stop,
    )


def proxies_of(addresses: Sequence[str]) -> list[str]:
    """Return the addresses and networks of proxies.

    Raises: UsageError for what is none; everybody, as ``*``, would be believed of being anybody.
    """
    for address in addresses:
        try:
            ip_network(address)
        except ValueError:
            raise UsageError(
                "expected an address or a network", place="--proxy", hint="such as 10.0.0.0/8"
            ) from None
    return list(addresses)
