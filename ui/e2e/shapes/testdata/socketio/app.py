"""Flask-SocketIO as its tutorial has it."""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app)


@app.get("/")
def front():
    return "a chat\n"


@socketio.on("say")
def say(text):
    socketio.emit("said", text)


if __name__ == "__main__":
    socketio.run(app)
