"""Serves an app with the gunicorn that its virtual environment has.

The app's settings hold: its configuration file, GUNICORN_CMD_ARGS, WEB_CONCURRENCY and
its arguments, in gunicorn's own order. Slipway's defaults fill in what none of them sets.
What can't be the app's, because systemd has the socket and the process, is overridden,
and a line in the log says so.

Its arguments up to "--" are the defaults, such as workers=3; the others are gunicorn's. It
works with gunicorn 19.9 and newer.
"""
import importlib.util
import os
import socket
import sys
import time


def say(line):
    print("slipway: " + line, file=sys.stderr, flush=True)


def mend_gunicorn_19():
    """gunicorn 19 brings copies of two modules that today's Python does not take any more:
    of selectors, which Python has itself, and of six with the importer of old."""
    try:
        import gunicorn.six as six
    except ImportError:
        return
    import selectors

    import gunicorn
    gunicorn.selectors = selectors
    importer = type(getattr(six, "_importer", None))
    if importer is type(None) or hasattr(importer, "find_spec"):
        return

    def find_spec(self, name, path=None, target=None):
        return importlib.util.spec_from_loader(name, self) if name in self.known_modules else None

    importer.find_spec = find_spec
    importer.create_module = lambda self, spec: self.load_module(spec.name)
    importer.exec_module = lambda self, module: None


# A script's folder comes first on the path; nothing of it is a module. The app's folders
# come before gunicorn's: its configuration may be a file gunicorn.py.
here = os.path.dirname(os.path.abspath(__file__))
whole = [p for p in sys.path if os.path.abspath(p or ".") != here]
own = os.environ.get("PYTHONPATH", "").split(os.pathsep)
sys.path[:] = [p for p in whole if p not in own]
mend_gunicorn_19()

from gunicorn import util  # noqa: E402
from gunicorn.app.wsgiapp import WSGIApplication  # noqa: E402

sys.path[:] = whole

# gunicorn before 21 sets the user of each worker and of its file, though they have it
# already, which the sandbox refuses.
util.chown = util.set_owner_process = lambda *args, **more: None

# The workers that speak WSGI and know the client only by what nginx says.
WSGI_WORKERS = {"gunicorn.workers." + m for m in ("sync", "gthread", "base_async", "ggevent", "geventlet")}

# What nginx compresses. It would keep back the lines of a stream to do so.
COMPRESSED = ("text/", "application/javascript", "application/json", "application/manifest+json", "application/xml", "image/svg+xml")


class BehindNginx:
    """A WSGI app that sees the client's address, which nginx passes on, and whose
    streams reach every client line by line. An answer that comes after nginx gave up is
    told."""

    def __init__(self, app, patience):
        self.app, self.patience = app, patience

    def __getattr__(self, name):
        return getattr(self.app, name)

    def __call__(self, environ, start_response):
        if not environ.get("REMOTE_ADDR"):
            environ["REMOTE_ADDR"] = environ.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1].strip()
        begun = time.monotonic()

        def start(status, headers, *rest):
            if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "") and streams(headers):
                headers = list(headers) + [("X-Accel-Buffering", "no")]
            if time.monotonic() - begun > self.patience:
                say("%s %r took %.0f s, and the visitor got no answer: a request may take %d s; [limits] request in slipway.toml raises that"
                    % (environ.get("REQUEST_METHOD"), environ.get("PATH_INFO"), time.monotonic() - begun, self.patience))
            return start_response(status, headers, *rest)

        return self.app(environ, start)


def streams(headers):
    """Whether nginx would compress an answer of unknown length."""
    kind = ""
    for name, value in headers:
        name = name.lower()
        if name in ("content-length", "content-encoding", "x-accel-buffering"):
            return False
        if name == "content-type":
            kind = value.lower()
    return kind.startswith(COMPRESSED)


class Served(WSGIApplication):
    def __init__(self, defaults):
        # Visitors wait so many seconds; request is set if slipway.toml says how many.
        self.patience, self.request = defaults.pop("patience"), defaults.pop("request", 0)
        self.defaults = defaults
        super().__init__("%(prog)s [OPTIONS] [APP_MODULE]")

    def load_config(self):
        chosen, put = set(), self.cfg.set

        def note(name, value):
            if value is not None:
                chosen.add(name.lower())
            put(name, value)

        self.cfg.set = note
        try:
            super().load_config()
        finally:
            del self.cfg.set
        if "WEB_CONCURRENCY" in os.environ:
            chosen.add("workers")
        kind = str(self.cfg.settings["worker_class"].get())
        if "worker_class" in chosen and "gthread" not in kind and "ThreadWorker" not in kind:
            # Threads would make another worker of "sync", and no other one has any.
            chosen.add("threads")
        for name, value in self.defaults.items():
            if name not in chosen and name in self.cfg.settings:
                self.cfg.set(name, value)
        self.serve_asgi()
        self.force(chosen)
        self.fit_times()
        self.tell_ready()

    def serve_asgi(self):
        """Of the two packages with uvicorn's worker, it takes the one that is there. An old
        uvicorn's worker insists on two packages, which uvicorn itself can do without."""
        known = ("uvicorn_worker.UvicornWorker", "uvicorn.workers.UvicornWorker")
        name = self.cfg.settings["worker_class"].get()
        if name not in known:
            return
        there = [n for n in (name,) + known if importable(n)]
        if not there:
            return  # gunicorn says what is missing
        name = there[0]
        if name.startswith("uvicorn.") and not all(importlib.util.find_spec(m) for m in ("uvloop", "httptools")):
            name = "uvicorn.workers.UvicornH11Worker"
        self.cfg.set("worker_class", name)

    def force(self, chosen):
        """Sets what can't be the app's."""
        for name, (value, why) in FORCED.items():
            if name not in self.cfg.settings:
                continue
            had = self.cfg.settings[name].get()
            if had != value and name in chosen:
                say("gunicorn's setting %s = %r is not used: %s" % (name, had, why))
            self.cfg.set(name, value)
        folder = self.cfg.settings["worker_tmp_dir"].get()
        if folder and not os.access(folder, os.W_OK):
            say("gunicorn's setting worker_tmp_dir = %r is not used: the app can't write there" % folder)
            self.cfg.set("worker_tmp_dir", "/dev/shm")
        for name in ("errorlog", "accesslog"):
            path = self.cfg.settings[name].get()
            if path and path != "-" and not writable(path):
                say("gunicorn's setting %s = %r is not used: the app can't write there; slipway logs shows these lines" % (name, path))
                self.cfg.set(name, "-")

    def fit_times(self):
        """A limit of slipway.toml is never cut short by gunicorn."""
        if 0 < self.cfg.settings["timeout"].get() < self.request:
            self.cfg.set("timeout", self.request)
        if self.cfg.settings["keepalive"].get() == 1:
            self.cfg.set("keepalive", 2)  # nginx must be the one that ends a connection

    def tell_ready(self):
        """gunicorn 19 does not tell systemd that it has started."""
        import gunicorn.systemd as systemd
        if hasattr(systemd, "sd_notify") or "NOTIFY_SOCKET" not in os.environ:
            return
        told = self.cfg.settings["when_ready"].get()

        def when_ready(server):
            address = os.environ["NOTIFY_SOCKET"]
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
                s.sendto(b"READY=1", "\0" + address[1:] if address[0] == "@" else address)
            told(server)

        self.cfg.set("when_ready", when_ready)

    def load(self):
        app = super().load()
        if any(c.__module__ in WSGI_WORKERS for c in self.cfg.worker_class.__mro__):
            return BehindNginx(app, self.patience)
        return app


FORCED = {
    "daemon": (False, "systemd runs the app"),
    "pidfile": (None, "systemd knows the process"),
    "reuse_port": (False, "systemd holds the socket"),
    "user": (os.geteuid(), "the app has a user of its own"),
    "group": (os.getegid(), "the app has a user of its own"),
    "reload": (False, "a release does not change"),
    "certfile": (None, "nginx speaks HTTPS"),
    "keyfile": (None, "nginx speaks HTTPS"),
    "control_socket_disable": (True, "two releases would share the socket"),
}


def importable(name):
    try:
        return importlib.util.find_spec(name.rpartition(".")[0]) is not None
    except ImportError:
        return False


def writable(path):
    try:
        with open(path, "a"):
            return True
    except OSError:
        return False


def read(words):
    pairs = (w.partition("=") for w in words)
    return {name: int(value) if value.isdigit() else value for name, _, value in pairs}


if __name__ == "__main__":
    end = sys.argv.index("--")
    defaults, sys.argv = read(sys.argv[1:end]), ["gunicorn"] + sys.argv[end + 1:]
    Served(defaults).run()
