# Written by slipway.
"""Lets other computers reach an app that listens to its own computer alone.

It waits until something answers at 127.0.0.1 on PORT. If that listens on this container's
own address too, there is nothing to do; else it takes connections there and passes them on.
The address is that of this container's name, or the first word. It ends with the app,
whose process started it."""
import asyncio
import os
import signal
import socket
import sys

PORT = int(os.environ["PORT"])
APP = os.getppid()


async def copy(reader, writer):
    try:
        while True:
            part = await reader.read(1 << 16)
            if not part:
                break
            writer.write(part)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()


async def visit(reader, writer):
    try:
        app_reader, app_writer = await asyncio.open_connection("127.0.0.1", PORT)
    except OSError:
        writer.close()
        return
    await asyncio.gather(copy(reader, app_writer), copy(app_reader, writer))
    app_writer.close()
    writer.close()


async def listens():
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", PORT)
    except OSError:
        return False
    writer.close()
    return True


def own_address():
    return sys.argv[1] if len(sys.argv) > 1 else socket.gethostbyname(socket.gethostname())


async def main():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the app ends its requests first
    while os.getppid() == APP and not await listens():
        await asyncio.sleep(0.1)
    try:
        await asyncio.start_server(visit, own_address(), PORT)
    except OSError:
        return  # the app listens there itself
    while os.getppid() == APP:
        await asyncio.sleep(1)


asyncio.run(main())
