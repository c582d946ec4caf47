"""A function makes the app, and only run_app tells so."""

from aiohttp import web


async def front(request):
    return web.Response(text="aiohttp by gunicorn")


async def make():
    app = web.Application()
    app.router.add_get("/", front)
    return app


if __name__ == "__main__":
    web.run_app(make(), port=9000)
