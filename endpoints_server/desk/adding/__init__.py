"""An endpoint for the configuration, out of what is known of a vendor or what an example says."""
