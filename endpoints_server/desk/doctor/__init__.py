"""The doctor: what is wrong between an endpoint of the configuration and its upstream."""
