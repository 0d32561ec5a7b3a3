"""Keep every e-mail as a file instead of sending it; print the port listened on.

Usage: mail_catcher.py FOLDER
"""

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP


class Keeper:
    """Writes each message to a file named after its arrival and its first recipient."""

    def __init__(self, folder: Path):
        self.folder = folder

    async def handle_DATA(self, _server, _session, envelope):
        self.folder.mkdir(parents=True, exist_ok=True)
        arrival = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
        name = f"{arrival}_{envelope.rcpt_tos[0].replace('/', '_')}.eml"
        (self.folder / name).write_bytes(envelope.content)
        return "250 Kept"


async def serve(folder: Path) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Keeper(folder)), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
