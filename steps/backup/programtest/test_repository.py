"""What is decided about backups, without a repository."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "program"))

import repository  # noqa: E402
import restic  # noqa: E402
import retention  # noqa: E402
import say  # noqa: E402
import settings  # noqa: E402
import state  # noqa: E402
import view  # noqa: E402


class Meaning(unittest.TestCase):
    """restic's last words are explained."""

    def test_meanings(self) -> None:
        for text, kind, what in (
            ("Fatal: wrong password or no key found", say.Failure, "another key"),
            ("Save(<data/1234>): InsufficientStorage: storage full", say.Failure, "no room"),
            ("client.PutObject: The specified bucket does not exist", restic.NotThere, "bucket"),
            ("Is there a repository at the following location?", restic.NotThere, "no repository"),
            ("Host key verification failed.", say.Failure, "host key"),
            ("subprocess ssh: Connection closed by 127.0.0.1 port 22\nFatal: unable to start the sftp session", say.Failure, "ended the connection before a login"),
            ("subprocess ssh: a@b: Permission denied (publickey).\nFatal: unable to start the sftp session", say.Failure, "take this server's key"),
            ("repository is already locked exclusively by PID 7 on shop", restic.Locked, "another server"),
            ("ciphertext verification failed", restic.Corrupt, "damaged"),
            ("Stat: The difference between the request time and the current time is too large", say.Failure, "clock"),
            ("connection refused", say.Failure, "connection refused"),
        ):
            failure = restic.failure(text, "s3:https://a/b")
            self.assertIs(type(failure), kind, text)
            self.assertIn(what, failure.what)

    def test_secrets_are_not_told(self) -> None:
        place = repository.Repository.__new__(repository.Repository)
        place.secrets, place.place = {"AWS_SECRET_ACCESS_KEY": "very-secret"}, "s3:https://a/b"
        self.assertNotIn("very-secret", place.explain("the key very-secret was refused").what)


class Unlocked(unittest.TestCase):
    """A lock that a killed run left is removed, and then restic does what it was asked."""

    def tries(self, *ends: Exception | None) -> list[str]:
        """What is done, until restic does it or fails."""
        done, left = [], list(ends)
        place = repository.Repository.__new__(repository.Repository)
        place.unlock = lambda: done.append("unlock")

        def do() -> None:
            done.append("do")
            if end := left.pop(0):
                raise end

        try:
            place.unlocked(do)
        except say.Failure as failure:
            done.append(failure.what)
        return done

    def test_unlocked(self) -> None:
        locked, other = restic.Locked("locked", ""), say.Failure("no room", "")
        self.assertEqual(self.tries(None), ["do"])
        self.assertEqual(self.tries(locked, None), ["do", "unlock", "do"])
        self.assertEqual(self.tries(locked, locked), ["do", "unlock", "do", "locked"])
        self.assertEqual(self.tries(other), ["do", "no room"])

    def test_why_it_ended(self) -> None:
        """What restic says as it ends is understood, as lines and as JSON. Only its last lines are told."""
        said = ("unable to create lock in backend: repository is already locked exclusively by PID 7 on shop by root (UID 0, GID 0)\n"
                "lock was created at 2026-11-27 14:48:25 (683.488417ms ago)\nstorage ID 056e1890\nthe `unlock` command can be used to remove stale locks")
        as_json = json.dumps({"message_type": "exit_error", "code": 11, "message": said})
        for printed in (said, as_json):
            words = ["sh", "-c", 'printf "%s\\n" "$1" >&2; exit 11', "sh", printed]
            with self.assertRaises(restic.Locked) as raised:
                restic.Saving(words, {}, 60, lambda text: restic.failure(text, "s3:https://a/b")).saved()
            self.assertIn("storage ID 056e1890", raised.exception.what)
        with self.assertRaises(restic.Locked):
            restic.Call(["sh", "-c", 'printf "%s\\n" "$1" >&2; exit 11', "sh", said], {}, "check", lambda text: restic.failure(text, "x")).output(60)


class Kept(unittest.TestCase):
    """The last good backups never go."""

    def test_chosen(self) -> None:
        known = state.State(good={"id": "c"}, proven={"a": "2026-01-01T00:00:00Z", "b": "2026-01-02T00:00:00Z", "x": "2026-01-09T00:00:00Z"})
        for stay, go, want in (
            (["c"], ["a", "b"], ["a"]),  # b was proven last of those that are there
            ([], ["a", "b", "c"], ["a"]),  # c is the last good one, whatever its time says
            (["d"], ["a", "b"], []),  # the last good one is not there: nothing goes
            (["c"], [], []),
        ):
            self.assertEqual(retention.chosen(stay, go, known), want)


class Compared(unittest.TestCase):
    """What is less than before is said."""

    def test_fallen(self) -> None:
        before = {"postgres public.a": 100, "postgres public.b": 10, "postgres public.c": 3, "files files": 40, "postgres public.d": 0}
        now = {"postgres public.a": 51, "postgres public.b": 5, "postgres public.c": 1, "files files": 0}
        self.assertEqual(state.fallen(before, now), ["files files fell from 40 to 0", "postgres public.b fell from 10 to 5"])
        self.assertEqual(state.fallen({"redis 0": 3}, {}), ["redis 0 had 3 and is gone"])
        self.assertEqual(state.fallen(before, before), [])

    def test_times(self) -> None:
        self.assertEqual(state.seconds("1970-01-01T01:00:00.123456789+01:00"), 0.123456)
        self.assertEqual(state.since("nothing"), float("inf"))
        self.assertEqual(state.since("2999-01-01T00:00:00Z"), float("inf"))

    def test_attempt(self) -> None:
        """A try counts as failed until it has ended well."""
        with tempfile.TemporaryDirectory() as work:
            place = settings.Settings(name="shop", tag="t", user="root", state=work, root=work, variables=work, work=work)
            known = state.State()
            with self.assertRaises(say.Failure), state.attempt(place, known, "last"):
                self.assertFalse(state.load(place).last["ok"])
                raise say.Failure("no room", "make room")
            self.assertEqual((state.load(place).last["ok"], state.load(place).last["error"]), (False, "no room"))
            with state.attempt(place, known, "last"):
                pass
            self.assertTrue(state.load(place).last["ok"])


class Words(unittest.TestCase):
    """Names that the app chose stay names."""

    def test_pattern(self) -> None:
        self.assertEqual(repository.pattern("a*[b]$c\\d.db"), "/dump/files/a\\*\\[b]$$c\\\\d.db\n")

    def test_checked(self) -> None:
        for wrong in ("", "--all", "latest", "0123", "x" * 64):
            with self.assertRaises(say.Failure):
                repository.checked(wrong)


@unittest.skipUnless(os.getuid() == 0, "only root can change what a process sees")
class Seen(unittest.TestCase):
    """restic sees the dump and the system's programs, and nothing else of the server."""

    def test_view(self) -> None:
        with tempfile.TemporaryDirectory() as work:
            place = settings.Settings(name="shop", tag="t", user="root", state=work, root=work, variables=work, work=work + "/work")
            dump = pathlib.Path(work, "dump")
            dump.mkdir()
            os.symlink("/etc/shadow", dump / "link")
            (dump / "file").write_text("x")
            seen = view.View(place)
            seen.show(dump, "/dump")
            secret = seen.hide(dump / "file")
            words = seen.words(["/bin/sh", "-c", f"cat /dump/file {secret}; cat /dump/link /proc/self/environ; ls /usr/local /root /home; touch /dump/new"])
            found = subprocess.run(words, capture_output=True, text=True)
            self.assertEqual(found.stdout, "xx/usr/local:\n", found.stderr)
            self.assertEqual(os.listdir(work + "/work/view"), [])
            self.assertFalse((dump / "new").exists())
            self.assertNotIn("/dump/", secret)

    def test_again(self) -> None:
        """What a lock was in the way of is done once more, in the same view."""
        with tempfile.TemporaryDirectory() as work:
            place = repository.Repository.__new__(repository.Repository)
            place.settings = settings.Settings(name="shop", tag="t", user="root", state=work, root=work, variables=work, work=work + "/work")
            place.secrets, place.place, place.patience, unlocked = {}, "local:x", 60, []
            pathlib.Path(work, "key").write_text("secret")
            script = "cat $1; echo >>/tries/tries; [ $(wc -l </tries/tries) = 2 ] || { echo 'repository is already locked' >&2; exit 11; }"

            def words(seen: view.View, _: list[str]) -> list[str]:
                seen.show(work, "/tries", write=True)
                return seen.words(["/bin/sh", "-euc", script, "sh", seen.hide(work + "/key")])

            place.words, place.unlock, place.view = words, lambda: unlocked.append(True), lambda: view.View(place.settings)
            self.assertEqual((place.call(["check"], "check"), unlocked), (b"secret", [True]))


if __name__ == "__main__":
    unittest.main()
