"""Files of other programs, written out as `librechat.yaml` with a report of what is different."""
