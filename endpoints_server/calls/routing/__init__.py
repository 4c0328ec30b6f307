"""Which of several routes a call takes, and which next where one fails."""
