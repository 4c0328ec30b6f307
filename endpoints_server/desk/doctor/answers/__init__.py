"""What can be wrong with an answer; each rule is a file."""
