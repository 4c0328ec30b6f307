"""What is said: the canonical request, the canonical answer, and what may cross between wires."""
