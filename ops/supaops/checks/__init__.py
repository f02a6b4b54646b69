"""One small function per health check."""
