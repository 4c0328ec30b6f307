"""Look at the configuration file and at what it means."""
