"""What the tests of the program on the server share: a deployment in a folder of its own, and real databases."""

import dataclasses
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = pathlib.Path(__file__).resolve().parent.parent / "program"
sys.path.insert(0, str(PROGRAM))

import run  # noqa: E402
import settings  # noqa: E402
import sqlite  # noqa: E402

run.ENVIRONMENT["PATH"] = os.environ["PATH"]
if "LD_LIBRARY_PATH" in os.environ:
    run.ENVIRONMENT["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
USER = "nobody"


@unittest.skipUnless(os.getuid() == 0, "the program gives rights away, which only root can do")
class Deployment(unittest.TestCase):
    """A deployment whose app is the user nobody."""

    def setUp(self) -> None:
        self.top = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.top, True)
        os.chmod(self.top, 0o755)
        shutil.copytree(PROGRAM, self.top / "program", ignore=shutil.ignore_patterns("__pycache__"))
        sqlite.WORK = self.top / "program" / "sqlitework.py"
        for folder in ("state", "root/releases/0123456789ab/src", "variables", "units"):
            (self.top / folder).mkdir(parents=True)
        os.symlink(self.top / "root/releases/0123456789ab", self.top / "root/current")
        shutil.chown(self.top / "state", USER)
        (self.top / "variables/0123456789ab.env").write_text('SECRET="x"\n')
        (self.top / "root/releases/0123456789ab/src/app.py").write_text("app = None\n")
        self.settings = settings.Settings(
            name="shop", tag="slipway-shop-1", user=USER, state=str(self.top / "state"), root=str(self.top / "root"),
            variables=str(self.top / "variables"), work=str(self.top / "work"), units=str(self.top / "units"), lock=str(self.top / "lock"))
        self.folder = self.top / "dumps"

    def with_service(self, kind: str, **values: str) -> settings.Instance:
        """Adds a database to the deployment."""
        instance = settings.Instance(kind=kind, unit=f"slipway-{kind}.service", **values)
        self.settings = dataclasses.replace(self.settings, services=[*self.settings.services, instance])
        return instance

    def file(self, path: str, content: bytes) -> pathlib.Path:
        """Has the app write a file."""
        whole = self.top / "state" / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.write_bytes(content)
        for each in (whole, *whole.parents):
            if each == self.top:
                break
            shutil.chown(each, USER)
        return whole

    def database(self, path: str, rows: int) -> pathlib.Path:
        """Has the app make a database of SQLite's, with rows in the table orders."""
        whole = self.top / "state" / path
        if not whole.exists():
            self.file(path, b"")
        with sqlite3.connect(whole) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, name TEXT)")
            connection.executemany("INSERT INTO orders (name) VALUES (?)", [(f"order {n}",) for n in range(rows)])
        connection.close()
        shutil.chown(whole, USER)
        return whole

    def service(self, words: list[str], user: str, ready) -> subprocess.Popen:
        """Starts a server for as long as the test takes."""
        log = open(self.top / "server.log", "wb")
        self.addCleanup(log.close)
        process = subprocess.Popen(run.as_user(user, words), stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=run.ENVIRONMENT, cwd="/")
        self.addCleanup(process.communicate)
        self.addCleanup(process.terminate)
        limit = time.monotonic() + 60
        while not ready():
            self.assertIsNone(process.poll(), (self.top / "server.log").read_text())
            self.assertLess(time.monotonic(), limit, "the server is not ready")
            time.sleep(0.05)
        return process

    def owned(self, name: str) -> pathlib.Path:
        """Makes a folder of the user nobody."""
        folder = self.top / name
        folder.mkdir()
        shutil.chown(folder, USER)
        return folder
