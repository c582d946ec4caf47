# Written by slipway.
APP = "shop.wsgi:application"
ASGI = False
FOLDERS = {"/static/": "staticfiles"}
KEPT = {}

"""The app, behind the files that are served without it."""
import asyncio
import os

from gunicorn.util import import_app
from whitenoise import WhiteNoise

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# What visitors uploaded is no page of the app: a browser must neither guess its type nor
# run a script in it. A document that the browser shows by a part of its own, which a
# sandbox would stop, runs none.
UPLOADED = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"


def uploaded(headers, path, url):
    if not path.lower().endswith(".pdf"):
        headers["Content-Security-Policy"] = UPLOADED
    headers["X-Content-Type-Options"] = "nosniff"


def served(app):
    """Files of the release are known when it starts, those that are kept come and go."""
    for prefix, folder in FOLDERS.items():  # noqa: F821
        app = WhiteNoise(app, root=os.path.join(ROOT, folder), prefix=prefix)
    for prefix, folder in KEPT.items():  # noqa: F821
        app = WhiteNoise(app, root=os.path.join(ROOT, folder), prefix=prefix, autorefresh=True, max_age=0, add_headers_function=uploaded)
    return app


class Files:
    """An ASGI app: WhiteNoise finds the files, and knows only WSGI."""

    def __init__(self, app):
        self.app, self.files = app, served(None)

    def __getattr__(self, name):
        return getattr(self.app, name)

    async def __call__(self, scope, receive, send):
        response = None
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            response = await asyncio.get_running_loop().run_in_executor(None, self.find, scope)
        if response is None:
            return await self.app(scope, receive, send)
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
        await send({"type": "http.response.start", "status": int(response.status), "headers": headers})
        while response.file is not None:
            part = await asyncio.get_running_loop().run_in_executor(None, response.file.read, 1 << 16)
            if not part:
                response.file.close()
                break
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    def find(self, scope):
        headers = {"HTTP_" + name.decode("latin-1").upper().replace("-", "_"): value.decode("latin-1") for name, value in scope["headers"]}
        layer = self.files
        while layer is not None:
            found = layer.find_file(scope["path"]) if layer.autorefresh else layer.files.get(scope["path"])
            if found is not None:
                return found.get_response(scope["method"], headers)
            layer = layer.application
        return None


application = Files(import_app(APP)) if ASGI else served(import_app(APP))  # noqa: F821
