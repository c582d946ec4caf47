"""Runs a command for a caller who reaches it through a terminal that passes text alone.

What comes and goes are lines: a letter and base64. s says what to run, i is its input, e the
end of that, w the size of its terminal, k ends it, a tells that the caller is still there. o
and r are what it prints, x is how it ended.
"""

import base64
import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
import tty

MOST_PENDING = 1 << 16  # of the input that the command has not read yet
SILENCE = 120  # seconds after which a caller of whom nothing is heard has gone
GONE = (signal.SIGHUP, signal.SIGTERM, signal.SIGALRM)  # say that it has gone
PATIENCE = 5  # seconds that a command may take to end when its caller has gone


class HungUp(Exception):
    """The caller has gone."""


def hang_up(*_):
    raise HungUp


def tell(letter, data=b""):
    line = b"slipway:" + letter + base64.b64encode(data) + b"\n"
    while line:
        line = line[os.write(1, line) :]


def read_lines(rest=b""):
    """Yields lists of lines, one list for each read."""
    while True:
        try:
            data = os.read(0, 4096)
        except OSError:
            data = b""
        if not data:
            raise HungUp
        signal.alarm(SILENCE)
        *lines, rest = (rest + data).split(b"\n")
        yield [(line[:1], base64.b64decode(line[1:])) for line in lines if line.strip()]


def become(words):
    """Is called in the new process and never returns."""
    signal.alarm(0)
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    status = 126
    try:
        os.execvp(words[0], words)
    except FileNotFoundError:
        os.write(2, (words[0] + ": command not found\n").encode())
        status = 127
    except OSError as e:
        os.write(2, f"{words[0]}: {e.strerror}\n".encode())
    os._exit(status)


def resize(fd, size):
    columns, rows = (int(n) for n in size.split(b","))
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def start(wanted):
    """Returns the process, where its input goes, and what it prints with the letter for it."""
    if wanted["term"]:
        pid, fd = pty.fork()
        if pid == 0:
            os.environ["TERM"] = wanted["term"]
            become(wanted["words"])
        resize(fd, wanted["size"].encode())
        os.set_blocking(fd, False)
        return pid, fd, {fd: b"o"}
    ends = [os.pipe() for _ in range(3)]
    pid = os.fork()
    if pid == 0:
        os.setsid()
        for fd, end in enumerate((ends[0][0], ends[1][1], ends[2][1])):
            os.dup2(end, fd)
        become(wanted["words"])
    for end in (ends[0][0], ends[1][1], ends[2][1]):
        os.close(end)
    os.set_blocking(ends[0][1], False)
    return pid, ends[0][1], {ends[1][0]: b"o", ends[2][0]: b"r"}


class Command:
    def __init__(self, wanted):
        self.has_terminal = bool(wanted["term"])
        self.pid, self.input, self.printed = start(wanted)
        self.pending, self.no_more, self.status = b"", False, None

    def take(self, letter, data):
        if letter == b"i":
            self.pending += data
        elif letter == b"w" and self.has_terminal:
            resize(self.input, data)
        elif letter == b"e" and self.has_terminal:
            self.pending += b"\x04"
        elif letter == b"e":
            self.no_more = True
        elif letter == b"k":
            raise HungUp

    def feed(self):
        try:
            self.pending = self.pending[os.write(self.input, self.pending) :]
        except BlockingIOError:
            pass
        except OSError:  # it reads no more
            self.close_input()

    def close_input(self):
        self.pending, self.no_more = b"", False
        if self.input is not None and not self.has_terminal:
            os.close(self.input)
        self.input = None

    def pass_on(self, fd):
        try:
            data = os.read(fd, 3072)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            tell(self.printed[fd], data)
        else:
            del self.printed[fd]

    def look(self, wait=False):
        if self.status is None:
            pid, status = os.waitpid(self.pid, 0 if wait else os.WNOHANG)
            if pid:
                code = os.waitstatus_to_exitcode(status)
                self.status = code if code >= 0 else 128 - code

    def serve(self, more):
        while self.printed:
            if self.no_more and not self.pending:
                self.close_input()
            awaited = list(self.printed)
            if len(self.pending) < MOST_PENDING:
                awaited.append(0)
            else:
                signal.alarm(SILENCE)
            wanted = [self.input] if self.pending and self.input is not None else []
            readable, writable, _ = select.select(awaited, wanted, [], 0.2)
            if 0 in readable:
                for letter, data in next(more):
                    self.take(letter, data)
            if writable:
                self.feed()
            for fd in readable:
                if fd in self.printed:
                    self.pass_on(fd)
            self.look()
            if self.status is not None and not readable:
                break  # what still has its output was left behind by it
        self.look(wait=True)

    def end(self):
        """Ends a command whose caller has gone."""
        for number in (signal.SIGHUP, signal.SIGTERM):
            os.killpg(self.pid, number)
        deadline = time.monotonic() + PATIENCE
        while self.status is None and time.monotonic() < deadline:
            time.sleep(0.05)
            self.look()
        if self.status is None:
            os.killpg(self.pid, signal.SIGKILL)
            self.look(wait=True)


def main():
    for number in GONE:
        signal.signal(number, hang_up)
    signal.alarm(SILENCE)
    if os.isatty(0):
        tty.setraw(0)
    os.write(1, b"\nslipway:ready\n")
    more = read_lines()
    first = []
    while not first:
        first = next(more)
    command = Command(json.loads(first[0][1]))
    try:
        for letter, data in first[1:]:
            command.take(letter, data)
        command.serve(more)
    finally:
        if command.status is None:
            for number in GONE:
                signal.signal(number, signal.SIG_IGN)
            command.end()
    tell(b"x", str(command.status).encode())


try:
    main()
except HungUp:
    sys.exit(1)
