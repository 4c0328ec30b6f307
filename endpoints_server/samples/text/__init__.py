"""A pasted text, made plain: line ends, quotes, prompts and fences."""
