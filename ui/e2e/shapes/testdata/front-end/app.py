from flask import Flask

app = Flask(__name__, static_folder="client/dist")


@app.get("/")
def front():
    return "a front end that was not built"
