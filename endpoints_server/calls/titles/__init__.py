"""The title of a conversation: asked for beside its first exchange, in a call of its own."""
