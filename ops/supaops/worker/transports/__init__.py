"""The ways from a worker to its queue."""
