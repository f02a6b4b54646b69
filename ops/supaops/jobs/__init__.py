"""What operators do: smoke, pause, resume, retry, cancel, clean up."""
