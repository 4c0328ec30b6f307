"""Who is signed in: tokens, the browsers that hold them, and how often one may try."""
