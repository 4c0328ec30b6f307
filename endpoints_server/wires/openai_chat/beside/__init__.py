"""What this wire carries beside chat: embeddings, and completions as they were before chat."""
