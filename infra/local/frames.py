"""API Gateway's limit on a single WebSocket frame, which the WebSocket library does not have."""

from typing import Any

from aiohttp import WSCloseCode
from aiohttp.http import WebSocketError
from aiohttp.web import BaseRequest, WebSocketResponse

FRAME_MAX = 32 * 1024  # bytes, API Gateway quota
_DATA = frozenset({0x0, 0x1, 0x2})  # continuation, text, binary
_LENGTH_BYTES = {126: 2, 127: 8}


class FrameLimit:
    """Stands before the library's parser and reads the frame headers (RFC 6455, 5.2) that pass through.

    Leans on private parts of aiohttp 3.14 (`_payload_parser`, `_reader`); a canary test holds them.
    """

    def __init__(self, parser: Any, queue: Any) -> None:
        self._parser, self._queue = parser, queue
        self._header, self._remaining = b"", 0

    @classmethod
    def install(cls, request: BaseRequest, socket: WebSocketResponse) -> None:
        """To be called once the socket is prepared."""
        protocol: Any = request.protocol
        protocol._payload_parser = cls(protocol._payload_parser, socket._reader)

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        if self._passes(data):
            answer: tuple[bool, bytes] = self._parser.feed_data(data)
            return answer
        error = WebSocketError(WSCloseCode.MESSAGE_TOO_BIG, f"a frame may hold {FRAME_MAX} bytes")
        self._queue.set_exception(error)
        return True, b""

    def feed_eof(self) -> None:
        self._parser.feed_eof()

    def _passes(self, data: bytes) -> bool:
        at = 0
        while at < len(data):
            if self._remaining:
                skipped = min(self._remaining, len(data) - at)
                self._remaining -= skipped
                at += skipped
            else:
                self._header += data[at : at + 1]
                at += 1
                if not self._take_header():
                    return False
        return True

    def _take_header(self) -> bool:
        """Notes, once the header is whole, how much of the frame follows; False where that is too much."""
        if len(self._header) < 2:
            return True
        short = self._header[1] & 0x7F
        extra = _LENGTH_BYTES.get(short, 0)
        if len(self._header) < 2 + extra:
            return True
        length = int.from_bytes(self._header[2 : 2 + extra], "big") if extra else short
        opcode, masked = self._header[0] & 0x0F, self._header[1] >> 7
        self._header, self._remaining = b"", length + 4 * masked
        return opcode not in _DATA or length <= FRAME_MAX
