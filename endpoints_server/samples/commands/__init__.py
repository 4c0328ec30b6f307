"""Commands of a shell that ask an API something."""
