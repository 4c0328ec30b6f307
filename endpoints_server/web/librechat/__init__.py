"""LibreChat's shapes for what people manage here."""
