"""Reports to Sentry; sentry_sdk is imported by `start` alone, and only where there is a DSN."""
