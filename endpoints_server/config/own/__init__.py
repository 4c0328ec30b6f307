"""Endpoints that people bring: read as entries of the file are, and more strictly."""
