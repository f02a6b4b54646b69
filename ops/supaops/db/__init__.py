"""Connections and named queries: the only room that imports psycopg."""
