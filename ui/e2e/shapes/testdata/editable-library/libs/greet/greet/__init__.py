import pathlib


def words():
    return pathlib.Path(__file__).with_name("words.txt").read_text().strip()
