"""What is counted: tokens, prices, and the entry a settled call leaves."""
