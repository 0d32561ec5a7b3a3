"""Answers of services on the web, of which no more is read than there should be."""

import requests

PIECE = 64 * 1024


class TooLongError(requests.RequestException):
    """The answer is longer than it should be: it is none of the service."""


def read_whole(response, limit):
    """Read an answer that was asked for with ``stream=True``.

    :param limit: bytes that it may have, unpacked
    :return: the answer, its content read
    :raise TooLongError: it has more
    """
    content = bytearray()
    with response:
        for piece in response.iter_content(PIECE):
            content += piece
            if len(content) > limit:
                raise TooLongError(f"> {limit} bytes")
    response._content = bytes(content)
    return response
