"""What the file rules of money and calls: checked, and compiled."""
