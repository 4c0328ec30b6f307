"""One line for each thing that happened, and no secret in any of them."""
