"""A chat in memory: what one client says reaches all others."""

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()
clients = set()


@app.get("/")
async def front():
    return {"clients": len(clients)}


@app.websocket("/chat")
async def chat(ws: WebSocket):
    await ws.accept()
    clients.add(ws)
    try:
        while True:
            text = await ws.receive_text()
            for client in clients:
                await client.send_text(text)
    except WebSocketDisconnect:
        clients.discard(ws)
