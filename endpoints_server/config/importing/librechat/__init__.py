"""LibreChat's own `librechat.yaml`, and the `.env` beside it, as one file for this server."""
