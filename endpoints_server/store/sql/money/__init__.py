"""Money on a database: what people were granted, and the accounts that calls are paid from."""
