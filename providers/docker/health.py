"""Asks the app in this container until it is healthy: health.py PORT PATH STATUS SECONDS.
STATUS 0 is any below 500. It prints the last status, 000 for no answer, and exits with 0
if that is a healthy one. An app that is still warming up answers with 503; any other wrong
answer is waited for a few seconds only."""
import http.client
import sys
import time

WRONG = 10  # seconds

port, path, wanted, seconds = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
end = time.monotonic() + seconds
wrong = None
patience = 1
while True:
    try:
        app = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
        app.request("GET", path, headers={"Host": "localhost", "X-Forwarded-Proto": "http", "Connection": "close"})
        status = app.getresponse().status
    except (OSError, http.client.HTTPException):
        status = 0
    if status == wanted if wanted else 100 <= status < 500:
        code = 0
        break
    now = time.monotonic()
    wrong = None if status in (0, 503) else wrong or now + WRONG
    if now > min(wrong or end, end):
        code = 1
        break
    patience = min(patience * 2, 8)
    time.sleep(0.1)
print("%03d" % status)
sys.exit(code)
