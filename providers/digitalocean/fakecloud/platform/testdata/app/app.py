"""An app that says which release and which instance answers."""
import http.server
import os
import signal
import socket
import sys
import threading
import time

RELEASE = os.environ["RELEASE"]
BROKEN = RELEASE.startswith("broken")


class Pages(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/slow":
            time.sleep(0.5)
        if self.path == "/burn":
            until = time.monotonic() + 0.3
            while time.monotonic() < until:
                pass
        text = "%s %s %s" % (RELEASE, socket.gethostname(), os.environ.get("SECRET", "")) if not self.path.startswith("/health") else "well"
        self.send_response(500 if BROKEN else 200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args):
        pass

    def handle(self):
        try:
            super().handle()
        except ConnectionError:  # a check of the balancer's ends so
            pass


if sys.argv[1:] == ["job"]:
    print("job of", RELEASE)
    sys.exit(3 if RELEASE == "failing" else 0)
if sys.argv[1:] == ["work"]:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("worker of", RELEASE)
    while True:
        time.sleep(0.1)
http.server.ThreadingHTTPServer.request_queue_size = 128
server = http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Pages)
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
print("web of", RELEASE, "begins")
server.serve_forever()
print("web of", RELEASE, "ends")
