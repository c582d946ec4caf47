import argparse
import os

from shop import app


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--greeting")
    app.config["GREETING"] = parser.parse_args().greeting
    app.run(host="127.0.0.1", port=int(os.environ["PORT"]))
