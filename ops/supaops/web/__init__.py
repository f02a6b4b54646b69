"""The control room: pages for whoever is on call, at ``/dashboard/admin-tools/jobs``."""

from importlib.util import find_spec

from supaops.errors import SupaopsError

_NEEDED = ("cron_descriptor", "cryptography", "itsdangerous", "markdown_it", "python_multipart")
_MISSING = [name for name in _NEEDED if find_spec(name) is None]

if _MISSING:
    raise SupaopsError(
        f"the control room needs packages that are not installed: {', '.join(_MISSING)}",
        hint="pip install 'supaops[dashboard]'",
    )
