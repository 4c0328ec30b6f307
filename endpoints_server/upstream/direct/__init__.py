"""Requests over connections of our own, to endpoints that no proxy stands before."""
