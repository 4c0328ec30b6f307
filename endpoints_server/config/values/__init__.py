"""What keys and headers can be written as: text, templates of variables, and commands."""
