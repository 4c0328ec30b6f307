"""What may be spent and how often people may call, what was used, and what it cost."""
