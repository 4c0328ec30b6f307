"""The file as Structs, key by key, each with the sentence an editor shows."""
