"""`./dev reset`: throw away what `./dev` made; the next call starts from nothing."""

import os
import shutil
from collections.abc import Sequence

from ..config import Project
from ..postgres import PrivateServer, given_server
from ..ui import step


def run(project: Project, arguments: Sequence[str]) -> int:
    if os.environ.get("PGHOST"):
        with step("Drop the databases recouvrement_* of the server given"):
            server = given_server(project)
            server.drop(*server.names())
    server = PrivateServer.existing(project)
    if server:
        with step("Remove the private PostgreSQL cluster"):
            server.destroy()
    with step("Remove .dev/"):
        shutil.rmtree(project.state)
    if "--cache" in arguments:
        with step(f"Remove {project.cache}"):
            shutil.rmtree(project.cache)
    return 0
