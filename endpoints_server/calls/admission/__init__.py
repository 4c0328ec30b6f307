"""May this call begin: the limits that count it, and the accounts that pay for its worst case."""
