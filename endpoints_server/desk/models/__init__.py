"""The models that endpoints list themselves: asked for, kept, and laid into the catalog."""
