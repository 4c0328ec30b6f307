"""`/admin/v1`: what administrators manage; every route wants a key of somebody with that role."""
