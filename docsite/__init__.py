"""The documentation as a site: what `mkdocs.yml` needs beyond mkdocs."""
