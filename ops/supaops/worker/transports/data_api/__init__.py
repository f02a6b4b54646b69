"""The way to the queue over HTTP, through the project's Data API."""
