from quart import Quart

app = Quart(__name__)


@app.get("/")
async def front():
    return "Quart by its object"


if __name__ == "__main__":
    app.run()
