"""The parameters of requests: known sets, definitions laid over them, what is added and dropped."""
