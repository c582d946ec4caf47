"""Routes on Bottle's own app, which has no name."""

from bottle import get, run


@get("/")
def front():
    return "a Bottle app without a name"


if __name__ == "__main__":
    run(host="localhost", port=8080)
