"""A self-hosted server for LLM endpoints."""

__version__ = "0.1.0"
