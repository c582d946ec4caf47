"""Redis, by a real server, if this computer has one."""

import shutil
import unittest

from base import USER, Deployment

import redisdb
import say
from source import BESIDE, before


@unittest.skipUnless(shutil.which("redis-server") and shutil.which("redis-check-rdb"), "there is no Redis here")
class TestRedis(Deployment):
    """The app's database in Redis."""

    def setUp(self) -> None:
        super().setUp()
        home = self.owned("redis")
        self.socket = home / "s"
        self.words = ["redis-server", "--port", "0", "--unixsocket", str(self.socket), "--dir", str(home), "--appendonly", "yes", "--save", ""]
        self.service(self.words, USER, lambda: redisdb.answers(self.socket))
        instance = self.with_service("redis", socket=str(self.socket), database="0", role="", user=USER, data=str(home))
        self.source = redisdb.Redis(self.settings, instance)
        with redisdb.Connection(str(self.socket)) as redis:
            for n in range(100):
                redis.ask("SET", f"key{n}", "x" * n)
            redis.ask("SET", "expires", "soon", "EX", "1000")
            redis.ask("SELECT", "3")
            redis.ask("RPUSH", "list", "a", "b")
        self.folder.mkdir()

    def test_dump_and_beside(self) -> None:
        """What is dumped is restored whole, as a server with an append-only file reads it."""
        part = self.source.dump(self.folder)
        self.assertEqual(part.counts, {"keys": 101})
        self.source.check(self.folder, part)
        with redisdb.Connection(str(self.socket)) as redis:
            redis.ask("FLUSHALL")
        beside = self.source.beside(self.folder, part)
        self.assertEqual((beside.counts(), self.source.counts()), ({"keys": 101}, {"keys": 0}))
        aside = before("20260102t030405")
        self.source.rename(BESIDE, aside)
        self.assertTrue((self.source.place(aside) / "appendonlydir").is_dir())
        self.assertEqual((self.source.counts(aside), self.source.exists(BESIDE)), ({"keys": 101}, False))
        self.source.remove(aside)
        self.assertFalse(self.source.exists(aside))

    def test_dump_that_is_not_whole(self) -> None:
        """A dump that is empty, cut short or changed is told as one."""
        part = self.source.dump(self.folder)
        path = self.folder / redisdb.FILE
        whole = path.read_bytes()
        for name, content in {"is empty": b"", "was cut short": whole[:-40], "is not what was written": whole[:-9] + b"different"}.items():
            path.write_bytes(content)
            with self.subTest(name), self.assertRaisesRegex(say.Failure, name):
                self.source.check(self.folder, part)


if __name__ == "__main__":
    unittest.main()
