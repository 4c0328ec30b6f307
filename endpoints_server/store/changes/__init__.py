"""Who changed what: budgets, limits, groups, keys, people, balances."""
