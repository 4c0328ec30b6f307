"""What is a key, what stands for one, and where in a text a key is."""
