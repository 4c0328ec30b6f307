"""What happens on the way to an endpoint, looked at for a diagnosis."""
