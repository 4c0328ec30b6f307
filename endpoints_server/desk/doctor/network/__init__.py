"""What can be wrong before anything is answered; each rule is a file."""
