"""The handlers, as the Channels tutorial writes asynchronous ones."""

from channels.generic.websocket import AsyncWebsocketConsumer


class Ping(AsyncWebsocketConsumer):
    """Answer pong! to ping."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take a message."""
        if text_data == "ping":
            await self.send(text_data="pong!")


class Room(AsyncWebsocketConsumer):
    """Tell everybody in the room what one says."""

    async def connect(self) -> None:
        """Come in."""
        await self.channel_layer.group_add("room", self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        """Leave."""
        await self.channel_layer.group_discard("room", self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take a message."""
        await self.channel_layer.group_send("room", {"type": "room.message", "text": text_data})

    async def room_message(self, event: dict) -> None:
        """Take what another says."""
        await self.send(text_data=event["text"])
