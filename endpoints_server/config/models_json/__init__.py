"""pi's `models.json`: read, translated into entries as the YAML has them, served or written out."""
