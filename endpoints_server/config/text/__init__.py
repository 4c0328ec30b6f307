"""From the bytes of a YAML file to plain values, each with its place."""
