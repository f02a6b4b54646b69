"""The control room: pages for whoever is on call, at ``/dashboard/admin-tools/jobs``."""
