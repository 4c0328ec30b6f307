"""Who changed what, noted beside each change and told to administrators."""
