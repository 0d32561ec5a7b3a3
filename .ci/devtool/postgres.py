"""PostgreSQL: a private cluster on a Unix socket, or the server the environment names.

Databases carry what they were built from as their comment, set before they get their
final name: a database that has its name is complete, and its comment tells whether it
is up to date.
"""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from .config import Project
from .proc import Lock, clean_env, locked, output_of, run
from .ui import Failure, say, step

PREFIX = "recouvrement_"
PORT = 54320
SOCKET_PATH_LIMIT = 107
SERVER_USER = "postgres"
SETTINGS = {
    # Nothing here is worth the price of durability: all of it can be built again.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "30min",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "jit": "off",
    # Every test is undone: cleaning up behind it takes what the next one needs. What is
    # built in bulk is analysed where it is built.
    "autovacuum_naptime": "1h",
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
}


class Server:
    """A PostgreSQL server reached through the PG* variables of ``env``."""

    def __init__(self, env: dict[str, str], bin_dir: Path | None = None):
        self.pg_env = env
        self._bin = bin_dir

    def _tool(self, name: str) -> str:
        return str(self._bin / name) if self._bin else name

    def release(self) -> None:
        """Called once at the end of `./dev`."""

    def sql(self, *statements: str, database: str = "postgres") -> str:
        """Run statements, each for itself; return what they print."""
        command = [self._tool("psql"), "-XqAt", "-vON_ERROR_STOP=1", f"-d{database}"]
        for statement in statements:
            command += ["-c", statement]
        return output_of(command, clean_env(**self.pg_env)).strip()

    def version(self) -> int:
        return int(self.sql("SHOW server_version_num")) // 10000

    def names(self, prefix: str = PREFIX) -> list[str]:
        return self.sql(
            f"SELECT datname FROM pg_database WHERE starts_with(datname, '{prefix}')"
        ).split()

    def key(self, name: str) -> str:
        """What the database says it was built from; empty where there is none."""
        return self.sql(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
            f" WHERE datname = '{name}'"
        )

    def drop(self, *names: str) -> None:
        for name in names:
            self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def copy(self, source: str, name: str) -> None:
        self.drop(name)
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')

    def vacuum(self, name: str) -> None:
        """Leave nothing to do for autovacuum, and statistics of what is there."""
        command = [self._tool("vacuumdb"), "--analyze", "--quiet", name]
        output_of(command, clean_env(**self.pg_env))

    def build(self, name: str, key: str, builder: Callable[[str], None]) -> None:
        """Let ``builder`` fill a database under another name, then put it in place."""
        building = f"{name}_building"
        self.drop(building)
        builder(building)
        self.drop(name)
        self.sql(
            f"COMMENT ON DATABASE \"{building}\" IS '{key}'",
            f'ALTER DATABASE "{building}" RENAME TO "{name}"',
        )

    def dump(self, name: str, target: Path, log: Path) -> None:
        building = target.with_suffix(".building")
        options = ["-Fc", "-Z1", "--no-owner", "-f", building]
        command = [self._tool("pg_dump"), *options, name]
        run(command, log=log, env=clean_env(**self.pg_env))
        building.rename(target)

    def restore(self, source: Path, name: str, log: Path) -> None:
        self.drop(name)
        options = "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'"
        self.sql(f'CREATE DATABASE "{name}" {options}')
        command = [self._tool("pg_restore"), "--no-owner", "-j2", "-d", name, source]
        run(command, log=log, env=clean_env(**self.pg_env))


class PrivateServer(Server):
    """This clone's own cluster, on a Unix socket of its own.

    It runs while some `./dev` of this clone uses it: users hold a shared lock, the last
    one to leave stops it. After a kill it may go on running; the next call uses it.
    """

    def __init__(self, project: Project):
        self.project = project
        self.as_user = SERVER_USER if os.getuid() == 0 else None
        self.home = self._home()
        self.data = self.home / "data"
        self.socket = self._socket_directory()
        env = {"PGHOST": str(self.socket), "PGPORT": str(PORT), "PGUSER": "odoo"}
        super().__init__(env, _server_binaries(project.declaration.postgresql_minimum))
        self._users = Lock(project.state / "cluster.users")

    @classmethod
    def existing(cls, project: Project) -> "PrivateServer | None":
        """The cluster of this clone where there is one."""
        try:
            server = cls(project)
        except Failure:  # no PostgreSQL on this machine
            return None
        return server if server.home.exists() else None

    def start(self) -> None:
        with locked(self.project.state / "cluster.lock"):
            self._discard_after_crash()
            if not self.data.exists():
                with step("PostgreSQL: private cluster"):
                    self._initdb()
            if not self._running():
                with step("PostgreSQL: start"):
                    self._start()
            self._users.shared()

    def release(self) -> None:
        with locked(self.project.state / "cluster.lock"):
            if self._users.try_exclusive():
                self.stop()
            self._users.release()

    def stop(self) -> None:
        if self._postmaster():
            self._pg_ctl("stop", "-m", "fast", "-w")

    def destroy(self) -> None:
        """Stop and remove the cluster for good."""
        with locked(self.project.state / "cluster.lock"):
            if not self._users.try_exclusive():
                raise Failure(
                    "another ./dev of this clone is at work.",
                    "stop it, then call again.",
                )
            if self._running():
                self.stop()
            shutil.rmtree(self.home, ignore_errors=True)
            shutil.rmtree(self.socket, ignore_errors=True)

    # Places

    def _home(self) -> Path:
        """In the clone where the server's user can reach it (not below root's home)."""
        inside = self.project.state / "pg"
        if self.as_user is None:
            return inside
        reach = ["runuser", "-u", self.as_user, "--", "test", "-x", self.project.state]
        if subprocess.call(list(map(str, reach)), stderr=subprocess.DEVNULL) == 0:
            return inside
        return Path("/var/lib/l10n_fr_recouvrement") / self.project.clone_id

    def _socket_directory(self) -> Path:
        inside = self.home / "run"
        if len(f"{inside}/.s.PGSQL.{PORT}.lock") <= SOCKET_PATH_LIMIT:
            return inside
        return Path("/tmp") / f"recouvrement-{self.project.clone_id}"

    # The server's life

    def _command(self, tool: str, *arguments: object) -> list[str]:
        switch = ["runuser", "-u", self.as_user, "--"] if self.as_user else []
        return [*switch, self._tool(tool), *map(str, arguments)]

    def _pg_ctl(self, action: str, *options: object) -> None:
        run(
            self._command("pg_ctl", action, "-D", self.data, *options),
            log=self.project.logs / "postgresql.log",
            cwd=Path("/"),
            orphan=True,
            remedy="./dev reset throws the private cluster away.",
        )

    def _own(self, directory: Path) -> None:
        """Make a directory for the server's user alone."""
        directory.mkdir(parents=True, exist_ok=True)
        owner = os.getuid()
        if self.as_user:
            account = pwd.getpwnam(self.as_user)
            owner = account.pw_uid
            os.chown(directory, owner, account.pw_gid)
        if directory.stat().st_uid != owner:
            raise Failure(
                f"{directory} belongs to another user.", "remove it, then call again."
            )
        directory.chmod(0o700)

    def _initdb(self) -> None:
        """Build the cluster with its role under a temporary name."""
        self._own(self.home)
        building = self.home / "data.building"
        shutil.rmtree(building, ignore_errors=True)
        log = self.project.logs / "initdb.log"
        options = ["--locale=C.UTF-8", "--encoding=UTF8", "--auth=trust", "--no-sync"]
        command = self._command("initdb", "-D", building, "-U", SERVER_USER, *options)
        run(command, log=log, cwd=Path("/"))
        settings = "".join(f"{name} = {value}\n" for name, value in SETTINGS.items())
        with (building / "postgresql.conf").open("a") as conf:
            conf.write(f"\n# Set by ./dev\n{settings}")
        role = self.project.state / "role.sql"
        role.write_text("CREATE ROLE odoo LOGIN CREATEDB;\n")
        command = self._command("postgres", "--single", "-D", building, "postgres")
        run(command, log=log, cwd=Path("/"), stdin=role, append=True)
        role.unlink()
        (building / "boot_id").write_text(_boot_id())
        building.rename(self.data)

    def _start(self) -> None:
        self._own(self.socket)
        (self.data / "boot_id").write_text(_boot_id())
        self._pg_ctl(
            "start", "-w", "-t", 60,
            "-l", self.home / "server.log",
            "-o", f"-k {self.socket} -p {PORT}",
        )  # fmt: skip

    def _postmaster(self) -> int | None:
        """The process of our running server, whatever a stale pid file says."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        except (OSError, ValueError, IndexError):
            return None
        return pid if str(self.data) in words else None

    def _running(self) -> bool:
        """Whether the server answers; what a killed one left is cleared away."""
        if self._postmaster() is None:
            self._clear_remains()
            return False
        ready = [self._tool("pg_isready"), "-q", f"-h{self.socket}", f"-p{PORT}"]
        for _attempt in range(100):
            if subprocess.call(ready) == 0:
                return True
            if self._postmaster() is None:
                return False
            time.sleep(0.1)
        self.stop()
        return False

    def _clear_remains(self) -> None:
        """End the processes that a killed server left, then take its lock files away.

        The server does so itself, but not where the old process lingers as a zombie or
        its number is taken by another program, as happens in containers.
        """
        for pid in self._processes():
            os.kill(pid, signal.SIGQUIT)
        for _attempt in range(100):
            if not self._processes():
                break
            time.sleep(0.1)
        else:
            raise Failure(f"a killed server still works in {self.data}.", "kill it.")
        for remains in (self.data / "postmaster.pid", *self.socket.glob(".s.PGSQL.*")):
            remains.unlink(missing_ok=True)

    def _processes(self) -> list[int]:
        """Every process of the server: they all work in the data directory."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if os.readlink(entry / "cwd") == str(self.data):
                    found.append(int(entry.name))
            except OSError:  # it ended, or it is another user's
                continue
        return found

    def _discard_after_crash(self) -> None:
        """Without fsync, a cluster that ran when the machine went down is lost."""
        stale = (self.data / "postmaster.pid").exists() and self._postmaster() is None
        if stale and (self.data / "boot_id").read_text() != _boot_id():
            say("    (the machine went down while PostgreSQL was running: built anew)")
            shutil.rmtree(self.data)


def database_packages() -> list[str]:
    """The group of Debian packages that the server to use calls for."""
    return ["postgresql_client" if os.environ.get("PGHOST") else "postgresql_server"]


def connect(project: Project) -> Server:
    """The server to use, started where it is ours."""
    if os.environ.get("PGHOST"):
        return given_server(project)
    server = PrivateServer(project)
    server.start()
    return server


def given_server(project: Project) -> Server:
    """The server that the PG* variables name, having checked that it answers."""
    names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")
    server = Server({name: os.environ[name] for name in names if os.environ.get(name)})
    try:
        version = server.version()
    except Failure as failure:
        failure.remedy = (
            "PGHOST is set: PGPORT, PGUSER and PGPASSWORD must open that server as a "
            "role that may create databases, not postgres; or unset PGHOST."
        )
        raise
    minimum = project.declaration.postgresql_minimum
    if version < minimum:
        raise Failure(
            f"the server is PostgreSQL {version}, {minimum} is needed.", "unset PGHOST."
        )
    return server


def _server_binaries(minimum: int) -> Path:
    versions = [
        int(path.parents[1].name)
        for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")
        if path.parents[1].name.isdigit()
    ]
    if not versions or max(versions) < minimum:
        raise Failure(f"no PostgreSQL {minimum} or later in /usr/lib/postgresql.")
    return Path(f"/usr/lib/postgresql/{max(versions)}/bin")


def _boot_id() -> str:
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else ""
