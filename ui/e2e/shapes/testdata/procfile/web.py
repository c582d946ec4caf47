"""A server of its own: no framework, no gunicorn."""

import http.server
import os
import pathlib

STATE = pathlib.Path(os.environ["STATE_DIRECTORY"])


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        names = sorted(p.name for p in STATE.glob("*.said"))
        body = " ".join(f"{name}={(STATE / name).read_text()}" for name in names).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
