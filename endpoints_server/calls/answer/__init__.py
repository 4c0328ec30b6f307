"""From the upstream's first byte to the caller's last: passed on, translated, metered."""
