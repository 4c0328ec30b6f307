"""What the server believes: values and decisions, no input or output."""
