"""A program that runs beside others, and what it said last."""

import fcntl
import os
import subprocess
import threading
from contextlib import suppress

import run
from say import Failure
from source import Written

BLOCK = 1 << 20


class Program:
    """A program that runs until the end of the block. What it writes and reads goes through pipes."""

    def __init__(self, words: list[str], what: str, hint: str = "", **more) -> None:
        self.what, self.hint = what, hint
        self.said = os.memfd_create("said")  # a pipe would have to be read all the time
        self.process = run.start(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said, bufsize=0, **more)
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(OSError):  # slower without
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, BLOCK)

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            pipe.close()
        self.process.wait()
        os.close(self.said)

    def finish(self, seconds: float) -> None:
        """Closes its input, waits for its end, and fails if it did."""
        self.process.stdin.close()
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.what}: it did not end", self.hint) from None
        if status != 0:
            said = os.pread(self.said, run.ERROR_LIMIT, max(0, os.fstat(self.said).st_size - run.ERROR_LIMIT))
            raise Failure(f"{self.what}: {run.ending(status, said)}", self.hint)

    def read_along(self, out: Written, reader: "Program", seconds: float) -> None:
        """Writes what this program writes into a file while another one reads it, too. It fails if either does."""
        limit = threading.Timer(seconds, lambda: (self.process.kill(), reader.process.kill()))
        limit.daemon = True
        limit.start()
        try:
            while block := os.read(self.process.stdout.fileno(), BLOCK):
                out.write(block)
                reader.give(block)
        except OSError as error:
            raise Failure(f"{self.what}: {error.strerror}", self.hint) from None
        finally:
            limit.cancel()
        self.finish(seconds=60)
        if not out.size:
            raise Failure(f"{self.what}: the dump is empty", self.hint)
        reader.finish(seconds)

    def give(self, block: bytes) -> None:
        """Gives it something to read, if it wants more. It fails if it ended and failed."""
        rest = memoryview(block)
        while rest and not self.process.stdin.closed:
            try:
                rest = rest[self.process.stdin.write(rest):]
            except BrokenPipeError:
                self.finish(seconds=60)
