"""What `verify`, `doctor` and `watch` look at: one small function per check, a folder per group."""
