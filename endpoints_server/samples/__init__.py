"""What somebody copied from a documentation becomes a draft of an endpoint."""
