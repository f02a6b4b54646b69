"""The endpoint that pg_net posts to, and what stands between it and the jobs."""
