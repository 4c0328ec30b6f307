"""What people ask about themselves, with a key."""
