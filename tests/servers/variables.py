"""What names a Supabase that runs already, to the tests."""

from __future__ import annotations

DSN_VARIABLE = "SUPAOPS_TEST_DSN"
ADMIN_DSN_VARIABLE = "SUPAOPS_TEST_ADMIN_DSN"
API_URL_VARIABLE = "SUPAOPS_TEST_API_URL"
ANON_KEY_VARIABLE = "SUPAOPS_TEST_API_ANON_KEY"
SERVICE_ROLE_KEY_VARIABLE = "SUPAOPS_TEST_API_SERVICE_ROLE_KEY"
JWT_SECRET_VARIABLE = "SUPAOPS_TEST_JWT_SECRET"
HOST_VARIABLE = "SUPAOPS_TEST_HTTP_HOST"
"""This machine as a database elsewhere calls it; then the web server listens on all interfaces."""
