"""Config to Resources and SQL text. Pure: no database, no clock, no environment."""
