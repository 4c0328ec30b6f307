"""What can be wrong with an endpoint's list of models; each rule is a file."""
