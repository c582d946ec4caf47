"""The app's database goes to a real server elsewhere that takes TLS alone, and comes from there."""

import contextlib
import io
import json
import pwd
import socket
import subprocess
from unittest import mock

import test_postgres
from base import USER
from test_postgres import COUNTS, VERSIONS
from test_still import said, without_system

import elsewhere
import postgres
import run
import say

MANAGED = """CREATE ROLE app LOGIN PASSWORD 'a secret';
CREATE DATABASE defaultdb OWNER app;
"""


class TestElsewhere(test_postgres.Cluster):
    """A provider's PostgreSQL."""

    def setUp(self) -> None:
        super().setUp()
        without_system(self)
        self.app("CREATE EXTENSION citext")
        home = self.owned("managed")
        entry = pwd.getpwnam("postgres")
        run.os.chown(home, entry.pw_uid, entry.pw_gid)
        bins = VERSIONS[-1].parent
        run.output([str(bins / "initdb"), "-D", f"{home}/data", "--auth=peer", "--encoding=UTF8", "--locale=C", "--no-sync"], user="postgres", seconds=120)
        run.output(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", f"{home}/data/server.key", "-out", f"{home}/data/server.crt"], user="postgres")
        (home / "data/pg_hba.conf").write_text("local all postgres peer\nhostssl all app 127.0.0.1/32 scram-sha-256\n")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        run.os.chmod(home, 0o755)
        log = home / "log"
        words = [str(bins / "postgres"), "-D", f"{home}/data", "-c", "listen_addresses=127.0.0.1", "-c", f"port={self.port}", "-c", "ssl=on",
                 "-c", f"unix_socket_directories={home}", "-c", "fsync=off"]
        with open(log, "wb") as file:
            process = subprocess.Popen(run.as_user("postgres", words), stdout=file, stderr=file, stdin=subprocess.DEVNULL, env=run.ENVIRONMENT, cwd="/")
        self.addCleanup(process.communicate)
        self.addCleanup(process.terminate)
        self.assertTrue(run.wait(lambda: "ready to accept" in log.read_text(), 60), log.read_text())
        self.admin = [str(bins / "psql"), f"--host={home}", f"--port={self.port}", "--username=postgres", *postgres.PLAIN]
        run.output([*self.admin, "--dbname=postgres"], user="postgres", data=MANAGED.encode())
        self.given = {"host": "localhost", "port": self.port, "user": "app", "password": "a secret", "name": "defaultdb", "ca": (home / "data/server.crt").read_text()}
        run.output([*self.admin, "--dbname=defaultdb"], user="postgres", data=b"CREATE EXTENSION citext; CREATE EXTENSION pgcrypto;")

    def do(self, command, *words: str, **changed) -> str:
        """What a command prints that is given the connection."""
        with mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps({**self.given, **changed}).encode()))):
            return said(command, self.settings, list(words))

    def there(self, sql: str) -> str:
        """What SQL of the app's prints in the provider's database."""
        printed = []
        with run.given(self.given["ca"].encode()) as authority:
            printed = elsewhere.Elsewhere(self.source, self.given, authority).query(sql)
        return "\n".join(printed)

    def test_to_and_fro(self) -> None:
        """All rows go there, more are written, none while it is hushed, and all come back."""
        self.app("DROP EXTENSION pgcrypto")
        self.there("CREATE TABLE public.customers (id int); CREATE TABLE public.in_the_way (id int);")
        for _ in range(2):
            self.assertIn('"rows":521', self.do(elsewhere.send, "postgres"))
        self.assertEqual(self.there("SELECT count(*) FROM public.named; SELECT count(*) FROM pg_tables WHERE tablename = 'in_the_way'"), "20\n0")
        self.there("INSERT INTO public.customers (name) VALUES ('there')")
        self.do(elsewhere.hush, "postgres", "on")
        for sql in ("DELETE FROM public.customers", "SET default_transaction_read_only = off; DELETE FROM public.customers"):
            with self.assertRaisesRegex(say.Failure, "read-only|permission denied"):
                self.there(sql)
        self.assertEqual(self.there("SELECT count(*) FROM public.customers"), "501")
        self.do(elsewhere.fetch, "postgres")
        self.assertEqual(self.source.counts(), {**COUNTS, "public.customers": 501})
        self.assertEqual(self.app("SELECT tableowner FROM pg_tables WHERE tablename = 'customers'"), USER + "\n")
        self.app("INSERT INTO customers (name) VALUES ('here')")
        self.do(elsewhere.hush, "postgres", "off")
        self.there("INSERT INTO public.customers (name) VALUES ('there')")
        self.assertFalse([path for path in (self.top / "work/backup").glob("*") if path.name == "elsewhere"])

    def test_hostile_names(self) -> None:
        """A table may have any name, and functions of the app's stand in nobody's way, here and there."""
        self.app("DROP EXTENSION pgcrypto")
        evil = "CREATE FUNCTION public.format(text, VARIADIC text[]) RETURNS text LANGUAGE sql AS $$ SELECT 'DROP TABLE public.customers' $$;"
        for name in ("a\nb", "a\n\"; DROP TABLE customers; --", "50%", "it's", 'so "called"', "\\! id", ":user", "größe", "\n", "public", "EXTENSION citext"):
            self.app(f"CREATE TABLE public.{postgres.name(name)} AS SELECT generate_series(1, 3)")
        self.app(evil)
        counts = self.source.counts()
        self.assertEqual(len(counts), len(COUNTS) + 11)
        for _ in range(2):
            self.do(elsewhere.send, "postgres")
        for word in ("on", "off"):
            self.do(elsewhere.hush, "postgres", word)
        self.do(elsewhere.fetch, "postgres")
        self.assertEqual(self.source.counts(), counts)

    def test_refused(self) -> None:
        """A server that another authority vouches for, or a wrong password, gets nothing; no error shows the password."""
        for changed, why in (({"ca": run.output(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                                                 "-subj", "/CN=localhost", "-keyout", "/dev/null"]).decode()}, "certificate verify failed"),
                             ({"host": "127.0.0.1"}, "does not match host name"), ({"password": "another"}, "password authentication failed")):
            with self.subTest(why), self.assertRaisesRegex(say.Failure, why) as raised:
                self.do(elsewhere.send, "postgres", **changed)
            self.assertNotIn("a secret", raised.exception.what)
        with contextlib.suppress(say.Failure):
            self.do(elsewhere.send, "redis")
