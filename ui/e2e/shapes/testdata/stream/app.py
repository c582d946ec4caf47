"""Answers that come line by line, and the client's address."""

import os
import time

from flask import Flask, Response, request

app = Flask(__name__)


def lines():
    for i in range(4):
        yield f"data: {i}\n\n"
        time.sleep(0.5)


@app.get("/")
def front():
    answer = Response(f"you are {request.remote_addr}\n")
    answer.headers["X-Frame-Options"] = "DENY"
    return answer


@app.get("/events")
def events():
    return Response(lines(), mimetype="text/event-stream")


@app.get("/plain")
def plain():
    return Response(lines(), mimetype="text/plain")


def when_told(mark):
    """A line, and another once somebody has asked for /go."""
    yield "the first\n"
    for _ in range(600):
        if os.path.exists(mark):
            yield "the second\n"
            return
        time.sleep(0.1)
    yield "nobody asked\n"


@app.get("/two/<name>")
def two(name):
    return Response(when_told("/tmp/go-" + name), mimetype="text/plain")


@app.get("/go/<name>")
def go(name):
    open("/tmp/go-" + name, "w").close()
    return "told\n"
