"""A server of its own that reads $PORT, with a websocket."""

import asyncio
import os

import tornado.web
import tornado.websocket


class Front(tornado.web.RequestHandler):
    def get(self):
        self.write("Tornado on its own port")


class Echo(tornado.websocket.WebSocketHandler):
    def on_message(self, message):
        self.write_message(message)


async def main():
    tornado.web.Application([("/", Front), ("/echo", Echo)]).listen(int(os.environ.get("PORT", 8888)), "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
