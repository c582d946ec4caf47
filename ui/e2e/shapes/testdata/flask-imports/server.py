from flask import Flask, jsonify

application = Flask(__name__)


@application.get("/")
def index():
    return jsonify(shape="only its imports")


if __name__ == "__main__":
    application.run(debug=False)
