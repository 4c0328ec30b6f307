"""The keys that stored secrets are sealed with, newest first."""
