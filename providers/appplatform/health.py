"""Answers the health check of App Platform for the app beside it: health.py PORT APP_PORT PATH STATUS.
STATUS 0 is any below 500."""
import http.client
import http.server
import sys

port, app_port, path, wanted = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])


class Check(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            app = http.client.HTTPConnection("127.0.0.1", app_port, timeout=4)
            app.request("GET", path, headers={"Host": "localhost", "Connection": "close"})
            status = app.getresponse().status
            app.close()
        except (OSError, http.client.HTTPException):
            status = 0
        good = status == wanted if wanted else 100 <= status < 500
        self.send_response(204 if good else 503)
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *words):
        pass


http.server.ThreadingHTTPServer(("", port), Check).serve_forever()
