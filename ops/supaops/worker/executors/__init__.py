"""Where handlers run that do not run on the worker's own event loop or in its threads."""
