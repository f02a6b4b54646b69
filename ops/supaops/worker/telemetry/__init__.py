"""What tells how a worker fares: logs, metrics, traces, probes."""
