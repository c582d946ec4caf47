"""The front of a deployment: it has the published port and passes each connection to the
web container that takes the traffic. Which one that is stands in a file, which is read for
each new connection: so a new release takes over without a visitor's notice, and what was
begun with the old one is ended there.

    front.py serve
    front.py switch RELEASE CONTAINER ...    new connections go to these
    front.py drain CONTAINER SECONDS         waits until none goes to it, or so long
"""
import asyncio
import os
import sys
import time

FOLDER = "/front"
UPSTREAM = FOLDER + "/upstream"
SERVED = FOLDER + "/served"
CONTROL = "/tmp/front.sock"
PORT = 8000
PATIENCE = 5  # seconds for an app that is being started again
CHUNK = 65536
NOBODY = (
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\nRetry-After: 5\r\n"
    b"Content-Length: 26\r\nConnection: close\r\n\r\nThe app does not answer.\r\n"
)

talking = {}  # how many connections go to a container
turn = 0


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except FileNotFoundError:
        return ""


async def connect():
    """A connection to the app, and the container's name."""
    global turn
    end = time.monotonic() + PATIENCE
    while True:
        names = read(UPSTREAM).split()
        turn += 1
        for i in range(len(names)):
            name = names[(turn + i) % len(names)]
            # It counts before it is there: drain must not miss it.
            talking[name] = talking.get(name, 0) + 1
            try:
                return name, await asyncio.wait_for(asyncio.open_connection(name, PORT), PATIENCE)
            except (OSError, asyncio.TimeoutError):
                talking[name] -= 1
            except BaseException:
                talking[name] -= 1
                raise
        if time.monotonic() > end:
            return None, None
        await asyncio.sleep(0.05)


async def copy(reader, writer):
    while True:
        data = await reader.read(CHUNK)
        if not data:
            break
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


async def visit(reader, writer):
    name, upstream = None, None
    sending = None
    try:
        name, upstream = await connect()
        if upstream is None:
            writer.write(NOBODY)
            await writer.drain()
            return
        sending = asyncio.ensure_future(copy(reader, upstream[1]))
        receiving = asyncio.ensure_future(copy(upstream[0], writer))
        # A visitor who has said everything still gets the answer; one who is gone does not.
        await asyncio.wait([sending, receiving], return_when=asyncio.FIRST_EXCEPTION)
        if sending.done() and not receiving.done() and sending.exception():
            receiving.cancel()
        await asyncio.wait([receiving])
    except OSError:
        pass
    finally:
        if sending is not None:
            sending.cancel()
            await asyncio.gather(sending, receiving, return_exceptions=True)
        if name is not None:
            talking[name] -= 1
            upstream[1].close()
        writer.close()


async def control(reader, writer):
    name, seconds = (await reader.readline()).decode().split()
    end = time.monotonic() + float(seconds)
    while talking.get(name, 0) > 0 and time.monotonic() < end:
        await asyncio.sleep(0.02)
    writer.write(b"%d\n" % talking.get(name, 0))
    await writer.drain()
    writer.close()


async def serve():
    if os.path.exists(CONTROL):
        os.remove(CONTROL)
    server = await asyncio.start_server(visit, "0.0.0.0", PORT, backlog=1024)
    await asyncio.start_unix_server(control, CONTROL)
    await server.serve_forever()


async def drain(name, seconds):
    """Prints how many connections are left. A front that is only starting is waited for."""
    end = time.monotonic() + 10
    while True:
        try:
            reader, writer = await asyncio.open_unix_connection(CONTROL)
            break
        except OSError:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.02)
    writer.write(("%s %s\n" % (name, seconds)).encode())
    sys.stdout.write((await reader.readline()).decode())


def replace(path, text):
    with open(path + ".part", "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".part", path)


def switch(release, names):
    replace(UPSTREAM, "".join(name + "\n" for name in names))
    served = read(SERVED)
    if served.split()[-1:] != [release]:
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        replace(SERVED, served + now + " " + release + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(serve())
    elif sys.argv[1] == "switch":
        switch(sys.argv[2], sys.argv[3:])
    else:
        asyncio.run(drain(sys.argv[2], sys.argv[3]))
