"""The worker without HTTP: jobs one after the other, for as long as it lives."""
