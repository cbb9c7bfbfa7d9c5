"""The handler, as the Channels tutorial writes an asynchronous one."""

from channels.generic.websocket import AsyncWebsocketConsumer


class Ping(AsyncWebsocketConsumer):
    """Answer pong! to ping."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take a message."""
        if text_data == "ping":
            await self.send(text_data="pong!")
