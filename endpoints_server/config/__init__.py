"""The YAML: text to Settings, as written; Settings to Catalog, as run."""
