"""The marks of what is to be cached, as more than one wire writes them."""

MARK = "cache_control"
SIGN = b'"cache_control"'
HOUR = b'"ttl"'
EPHEMERAL = {"type": "ephemeral"}
LASTING = {"type": "ephemeral", "ttl": "1h"}


def shortened(value: object) -> object:
    """Give a value with every mark in it as short as marks are."""
    match value:
        case dict():
            return {
                key: EPHEMERAL if key == MARK and each else shortened(each)
                for key, each in value.items()
            }
        case list():
            return [shortened(each) for each in value]
        case _:  # text, a number or nothing
            return value
