"""An encoded body, decoded in bounded pieces."""

import httpx2
from aiohttp.compression_utils import BrotliDecompressor, ZLibDecompressor, ZSTDDecompressor

DECODED_BYTES = 256 * 1024
"""At most so much is made of what has arrived at once, however small it was packed."""
ZLIB_METHOD = 8


class Decoder:
    """Takes bytes as they arrive and gives what they stand for."""

    __slots__ = ("_coding", "_decompressor", "_is_begun")

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._is_begun = False
        self._decompressor: BrotliDecompressor | ZLibDecompressor | ZSTDDecompressor
        match coding:
            case "br":
                self._decompressor = BrotliDecompressor()
            case "zstd":
                self._decompressor = ZSTDDecompressor()
            case _:
                self._decompressor = ZLibDecompressor(encoding=coding)

    @property
    def has_more(self) -> bool:
        """Say whether decoding nothing may give something."""
        return self._is_begun and self._decompressor.data_available

    def decode(self, packed: bytes) -> bytes:
        """Give the next piece; raises httpx2.DecodingError for what is not so encoded."""
        if packed and not self._is_begun:
            self._is_begun = True
            if self._coding == "deflate" and packed[0] & 0xF != ZLIB_METHOD:
                self._decompressor = ZLibDecompressor("deflate", suppress_deflate_header=True)
        try:
            return self._decompressor.decompress_sync(packed, max_length=DECODED_BYTES)
        except Exception:  # noqa: BLE001 - each library has errors of its own
            raise httpx2.DecodingError(f"not {self._coding}") from None

    def finish(self) -> None:
        """Note the end of the body; raises httpx2.DecodingError where it came too early."""
        if not self._is_begun or not isinstance(self._decompressor, ZLibDecompressor):
            return
        if self._coding == "deflate" and not self._decompressor.eof:
            raise httpx2.DecodingError("deflate cut short")
