"""Calls in a program: plain HTTP, and those of SDKs."""
