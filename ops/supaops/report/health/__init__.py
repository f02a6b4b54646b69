"""What the health checks found, in each form that somebody reads. Pure."""
