"""LiteLLM's `config.yaml`, written as `librechat.yaml`."""
