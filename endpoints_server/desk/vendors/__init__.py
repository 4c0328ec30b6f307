"""The vendors that are known here, and what each offers."""
