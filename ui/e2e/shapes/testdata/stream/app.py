"""Answers that come line by line, and the client's address."""

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


@app.get("/slow/<int:seconds>")
def slow(seconds):
    time.sleep(seconds)
    return "slept\n"
