"""The endpoint that pg_net calls: claims jobs and runs their handlers."""
