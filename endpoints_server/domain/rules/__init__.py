"""What may be spent and how often: budgets, limits, whom they concern, and the spans they count."""
