"""An upstream inside the process, so that the first call needs no key and no network."""
