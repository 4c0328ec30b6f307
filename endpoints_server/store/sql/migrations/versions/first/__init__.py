"""The first nine, which made the ledger; a folder holds few modules."""
