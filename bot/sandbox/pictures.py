"""Tells what kind of picture some bytes are and how large; it does not look inside."""

import struct

_START_OF_FRAME = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


def picture_size(body: bytes) -> tuple[str, int, int] | None:
    """Media type, width and height of a PNG or JPEG picture; None when it is neither."""
    if body.startswith(b"\x89PNG\r\n\x1a\n") and len(body) >= 24:
        width, height = struct.unpack(">II", body[16:24])
        return "image/png", width, height
    if body.startswith(b"\xff\xd8"):
        return _jpeg_size(body)
    return None


def _jpeg_size(body: bytes) -> tuple[str, int, int] | None:
    place = 2
    while place + 9 <= len(body) and body[place] == 0xFF:
        marker, length = struct.unpack(">BH", body[place + 1 : place + 4])
        if marker in _START_OF_FRAME:
            height, width = struct.unpack(">HH", body[place + 5 : place + 9])
            return "image/jpeg", width, height
        place += 2 + length
    return None
