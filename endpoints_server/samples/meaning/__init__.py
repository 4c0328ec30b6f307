"""What a request says about its endpoint."""
