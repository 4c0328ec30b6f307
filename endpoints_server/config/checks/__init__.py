"""What can be wrong in a file that is sound YAML."""
