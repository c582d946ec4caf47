"""An app that shows how it runs."""
import http.server
import json
import os
import signal
import sys
import threading
import time

RELEASE = "RELEASE"
stopping = threading.Event()


class Pages(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 0.5  # for the next request on a connection

    def do_GET(self):
        if self.path == "/slow":
            time.sleep(2)
        if self.path == "/inside":
            return self.answer(200, json.dumps(inside()))
        self.answer(200, "release %s, secret %s" % (RELEASE, os.environ.get("SECRET", "")))

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        if stopping.is_set():
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args):
        pass


def inside():
    with open("/proc/self/status") as file:
        lines = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    try:
        with open("/app/written", "w"):
            writable = True
    except OSError:
        writable = False
    visits = os.path.join(os.environ["STATE_DIRECTORY"], "releases")
    return {
        "uid": os.getuid(), "capabilities": lines["CapBnd"], "no_new_privs": lines["NoNewPrivs"], "writable": writable,
        "releases": open(visits).read().split(), "uploads": sorted(os.listdir("/app/uploads")),
        "names": sorted(os.environ),
    }


with open(os.path.join(os.environ["STATE_DIRECTORY"], "releases"), "a") as file:
    file.write(RELEASE + "\n")
if RELEASE.startswith("broken"):
    sys.exit("this release can't start: " + RELEASE)
server = http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Pages)
server.daemon_threads = False


def stop(*_):
    stopping.set()
    threading.Thread(target=server.shutdown).start()


signal.signal(signal.SIGTERM, stop)
print("release", RELEASE, "begins", flush=True)
server.serve_forever()
server.server_close()  # waits for requests that have begun
