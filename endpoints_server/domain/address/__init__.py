"""Addresses that people choose: read in one way, and judged before anything connects."""
