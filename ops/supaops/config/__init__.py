"""YAML to a frozen, validated Config whose every key knows its file, line and column."""
