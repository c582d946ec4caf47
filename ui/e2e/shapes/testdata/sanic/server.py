from sanic import Sanic, text

app = Sanic("shop")


@app.get("/")
async def front(request):
    return text("Sanic by its object")


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8000)
