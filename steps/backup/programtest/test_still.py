"""Writing stops and goes on; and all data goes to another deployment."""

import contextlib
import dataclasses
import io
import os
import subprocess
import tarfile
import tempfile
import threading
from unittest import mock

import test_postgres
from base import USER, Deployment
from test_postgres import COUNTS

import exchange
import postgres
import run
import say
import still
import transfer
import units


class Killed(BaseException):
    """Stands for the end of the program: nothing of it goes on."""


def without_system(test) -> set:
    """Has units be noted instead of started: this computer may have no systemd. It gives those that run."""
    going = {"app-0123456789ab.service", "app-0123456789ab-process-mail.service"}
    fakes = {"running": lambda s, kind="service": sorted(going) if kind == "service" else [], "commands": lambda s: [], "guard": lambda: None,
             "of_app": lambda s, kind="service": {unit: "" for unit in going}, "stop": going.difference_update, "systemctl": lambda *w, **k: "",
             "stop_all": lambda s: going.clear(), "start": lambda u, block=True: going.update(u), "healthy": lambda s, seconds: True}
    for where, name, fake in [(units, *item) for item in fakes.items()] + [(still, name, lambda *w: None) for name in ("reload_nginx", "begin_lapse", "end_lapse")]:
        patched = mock.patch.object(where, name, fake)
        patched.start()
        test.addCleanup(patched.stop)
    return going


def said(command, *words) -> str:
    """What a command prints."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        command(*words)
    return printed.getvalue()


class TestStill(test_postgres.Cluster):
    """An app with PostgreSQL that may not write for a while."""

    def setUp(self) -> None:
        super().setUp()
        self.going = without_system(self)
        self.all = set(self.going)
        self.app('GRANT SELECT, INSERT ON "Other one"."Orders" TO PUBLIC')
        self.before = self.rights()

    def rights(self) -> list[str]:
        """Who may do what."""
        return self.source.query("SELECT relname, relacl FROM pg_class ORDER BY oid; SELECT * FROM pg_db_role_setting", "app-shop")

    def refused(self, sql: str) -> None:
        """Fails unless the app may not do something."""
        with self.assertRaisesRegex(say.Failure, "permission denied|read-only"):
            self.app(sql)

    def left(self) -> list[str]:
        """The files that are left."""
        return sorted(str(path) for folder in ("units", "work", "root/releases") for path in (self.top / folder).rglob("*still*"))

    def test_on_and_off(self) -> None:
        """Reading goes on in every connection, writing does not; then all is as it was."""
        words = self.source.connect("psql", USER, "app-shop", *postgres.PLAIN)
        with subprocess.Popen(run.as_user(USER, words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=run.ENVIRONMENT) as old:
            old.stdin.write(b"\\unset ON_ERROR_STOP\nSELECT 'here';\n")
            old.stdin.flush()
            old.stdout.readline()
            printed = said(still.still, self.settings, ["on", "600"])
            self.assertIn('@ {"on":true,', printed)
            out, _ = old.communicate(b"SELECT count(*) FROM customers;\nINSERT INTO customers (name) VALUES ('lost');\nSELECT 'read on';\n")
        self.assertRegex(out.decode(), r"500\n.*permission denied for table customers\nread on")
        for sql in ("INSERT INTO customers (name) VALUES ('lost')", 'SET default_transaction_read_only = off; DELETE FROM "Other one"."Orders"',
                    "SET default_transaction_read_only = off; TRUNCATE customers CASCADE"):
            self.refused(sql)
        self.assertEqual(self.app("SELECT count(*) FROM named"), "20\n")
        self.assertEqual(self.going, {"app-0123456789ab.service"})
        self.assertIn("limits.conf-still", "".join(self.left()))
        said(still.still, self.settings, ["on", "600"])
        self.assertIn('"on":true', said(still.still, self.settings, []))
        with self.assertRaisesRegex(say.Failure, "writes again"):
            still.still(self.settings, ["keep", "another time"])
        said(still.still, self.settings, ["keep", still.read(self.settings)["since"]])
        said(still.still, self.settings, ["lapse"])
        self.assertIn('"on":true', said(still.still, self.settings, []))
        self.assertIn('"on":false', said(still.still, self.settings, ["off"]))
        self.assertEqual((self.rights(), self.going, self.left()), (self.before, self.all, []))
        self.app("INSERT INTO customers (name) VALUES ('more')")

    def test_killed(self) -> None:
        """Killed at any point, it is stopped and let go on by the next runs."""
        real, calls = run.write, []
        query = postgres.Postgres.query

        def counted(real):
            def call(*words, **more):
                calls.append(1)
                if len(calls) == self.kill:
                    raise Killed
                return real(*words, **more)
            return call

        self.kill, whole = 0, 0
        with mock.patch.object(run, "write", counted(real)), mock.patch.object(postgres.Postgres, "query", counted(query)):
            said(still.still, self.settings, ["on", "600"])
            said(still.still, self.settings, ["off"])
            whole = len(calls)
            for point in range(1, whole + 1):
                for after in (["on", "600"], ["off"]):
                    calls.clear()
                    self.kill = point
                    with contextlib.suppress(Killed):
                        said(still.still, self.settings, ["on", "600"])
                        said(still.still, self.settings, ["off"])
                    self.kill = 0
                    said(still.still, self.settings, after)
                    if after[0] == "on":
                        self.refused("SET default_transaction_read_only = off; DELETE FROM customers")
                        said(still.still, self.settings, ["off"])
                    self.assertEqual((self.rights(), self.going, self.left()), (self.before, self.all, []), f"killed at {point} of {whole}, then {after}")

    def test_lapse(self) -> None:
        """The writing goes on by itself if nobody keeps it stopped."""
        said(still.still, self.settings, ["on", "600"])
        said(still.still, self.settings, ["lapse"])
        self.assertEqual((self.rights(), self.going, self.left()), (self.before, self.all, []))

    def test_what_writes_already(self) -> None:
        """What writes already comes to its end, and is there."""
        writing = threading.Thread(target=self.app, args=("BEGIN; INSERT INTO customers (name) VALUES ('slow'); SELECT pg_sleep(2); COMMIT",))
        writing.start()
        self.assertTrue(run.wait(lambda: self.source.query("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND wait_event = 'PgSleep'") == ["1"], 20))
        said(still.still, self.settings, ["on", "600"])
        self.assertEqual(self.source.counts()["public.customers"], 501)
        writing.join()


class Moved(Deployment):
    """An app whose data goes to another server."""

    def archive(self) -> bytes:
        """What give prints."""
        with tempfile.TemporaryFile() as out:
            fds = os.dup(1), os.dup(2)
            try:
                os.dup2(out.fileno(), 1)
                transfer.give(self.settings, [])
            finally:
                os.dup2(fds[0], 1)
                for fd in fds:
                    os.close(fd)
            out.seek(0)
            return out.read()

    def take(self, content: bytes, target) -> str:
        """Has another deployment take what was printed."""
        with mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(content))):
            return said(transfer.take, target, [])


class TestTransferFiles(Moved):
    """Files and SQLite, which every computer has."""

    def test_files(self) -> None:
        """What was given is what another one has then; what was there is gone."""
        without_system(self)
        self.database("kept/shop.sqlite3", 5)
        self.file("kept/uploads/a.txt", b"a")
        content = self.archive()
        self.database("kept/shop.sqlite3", 2)
        self.take(content, self.settings)
        printed = said(transfer.settle, self.settings, [])
        self.assertIn('"tables":', printed)
        rows = subprocess.run(["python3", "-c", "import sqlite3,sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM orders').fetchone()[0])",
                               str(self.top / "state/kept/shop.sqlite3")], capture_output=True, text=True, check=True).stdout
        self.assertEqual(rows, "5\n")
        self.assertEqual([path.name for folder in ("set-aside", "beside", "backup") for path in (self.top / "work" / folder).glob("*") if path.name != "swap.lock"], [])

    def test_hostile(self) -> None:
        """What is cut short, or is no dump, changes nothing and is written nowhere else."""
        without_system(self)
        self.file("kept/a.txt", b"a")
        content = self.archive()
        with self.assertRaisesRegex(say.Failure, "cut short|not a whole dump"):
            self.take(content[: len(content) // 2], self.settings)
        for name, kind, what in (("../out", tarfile.REGTYPE, "leads out"), ("a", tarfile.SYMTYPE, "no dump has"), ("/tmp/slipway-out", tarfile.REGTYPE, "leads out")):
            archive = io.BytesIO()
            with tarfile.open(fileobj=archive, mode="w") as tar:
                member = tarfile.TarInfo(name)
                member.type, member.linkname = kind, "/etc"
                tar.addfile(member)
            with self.assertRaisesRegex((say.Failure, ValueError), what):
                self.take(archive.getvalue(), self.settings)
        self.assertFalse((self.top / "work/backup/out").exists())

    def test_hostile_numbers(self) -> None:
        """Names take room too, and a file is as large as it says."""
        for names, size in ((200, 0), (1, 2 << 20)):
            archive = io.BytesIO()
            with tarfile.open(fileobj=archive, mode="w") as tar:
                for number in range(names):
                    member = tarfile.TarInfo(f"f{number}")
                    member.size = size
                    tar.addfile(member, io.BytesIO(bytes(size)))
            with mock.patch.object(run, "free", lambda path: 1 << 20), mock.patch.object(run, "reserve", lambda path: 0), self.assertRaisesRegex(say.Failure, "does not fit"):
                self.take(archive.getvalue(), self.settings)


class TestTransferDatabase(Moved, test_postgres.Cluster):
    """A database, between two clusters."""

    def test_postgres(self) -> None:
        """The rows are counted in the other one."""
        without_system(self)
        content = self.archive()
        self.app("INSERT INTO customers (name) VALUES ('here alone')")
        self.take(content, self.settings)
        said(transfer.settle, self.settings, [])
        self.assertEqual(self.source.counts(), COUNTS)
        self.assertEqual(self.source.query("SELECT datname FROM pg_database WHERE datname LIKE 'app-shop%'"), ["app-shop"])
        self.assertIsNone(exchange.Note.read(dataclasses.replace(self.settings)))
