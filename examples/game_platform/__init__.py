"""A queue's first real job: copy a game catalogue from an HTTP API into tables."""
