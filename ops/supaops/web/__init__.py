"""The control room: pages for whoever is on call, at ``/dashboard/admin-tools/jobs``."""

from supaops.extras import require

require("dashboard", "the control room")
