"""Model lists as the many kinds of upstreams give them: where they are asked for, what they say."""
