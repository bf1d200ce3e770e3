"""Real peers on this machine, each in a thread of its own: an MQTT broker, a Modbus TCP device, a web server."""

import asyncio
import json
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from amqtt.broker import Broker
from amqtt.client import MQTTClient
from pymodbus.pdu import ModbusPDU
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


class Loop:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def end(self) -> None:
        """Whatever the peer left running or open ends with it: collected later, it would fail some other test."""
        self.run(_cancel_the_rest())
        self.run(self._close_connections())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close_connections(self) -> None:
        # asyncio offers no list of its own; amqtt leaves those open whose handler was cancelled while closing.
        for transport in list(self._loop._transports.values()):  # type: ignore[attr-defined]
            transport.abort()
        await asyncio.sleep(0)  # the sockets themselves are closed in the loop's next round


async def _cancel_the_rest() -> None:
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


# Web


@dataclass
class Hook:
    """A web server that keeps what is posted; `answers` are the statuses to give first, then 200."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)


@contextmanager
def web_server(port: int = 0, hook: Hook | None = None) -> Iterator[Hook]:
    kept = hook or Hook()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            kept.headers.append({key.lower(): value for key, value in self.headers.items()})
            kept.bodies.append(body)
            status = kept.answers.pop(0) if kept.answers else 200
            if status < 300:
                kept.taken.append(body["id"])
            self.send_response(status)
            if status in (301, 307):
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((LOOPBACK, port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    kept.url = f"http://{LOOPBACK}:{server.server_port}/results"
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# MQTT


@contextmanager
def mqtt_broker(port: int, passwords: str = "") -> Iterator[None]:
    """A broker; with `passwords` (a file of amqtt's own form) only those users may come in."""
    who: dict[str, Any] = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    if passwords:
        who = {"amqtt.plugins.authentication.FileAuthPlugin": {"password_file": passwords}}
    config = {"listeners": {"default": {"type": "tcp", "bind": f"{LOOPBACK}:{port}"}}, "plugins": who}
    loop = Loop()

    async def start() -> Broker:
        broker = Broker(config)
        await broker.start()
        return broker

    broker = loop.run(start())
    try:
        yield
    finally:
        loop.run(broker.shutdown())
        loop.end()


@contextmanager
def mqtt_subscriber(port: int, topic: str) -> Iterator[list[dict[str, Any]]]:
    """What arrives under a topic."""
    loop, arrived = Loop(), list[dict[str, Any]]()

    async def start() -> tuple[MQTTClient, asyncio.Task[None]]:
        client = MQTTClient(config={"auto_reconnect": False})
        await client.connect(f"mqtt://{LOOPBACK}:{port}/")
        await client.subscribe([(topic, 1)])
        return client, asyncio.create_task(listen(client))

    async def listen(client: MQTTClient) -> None:
        while True:
            message = await client.deliver_message()
            if message is not None and message.data is not None:
                arrived.append(json.loads(bytes(message.data)))

    async def stop(client: MQTTClient, listening: "asyncio.Task[None]") -> None:
        listening.cancel()
        await client.disconnect()

    client, listening = loop.run(start())
    try:
        yield arrived
    finally:
        loop.run(stop(client, listening))
        loop.end()


# Modbus


@dataclass
class Device:
    """A PLC: every write it was told, as (address, coils)."""

    port: int
    writes: list[tuple[int, list[bool]]] = field(default_factory=list)


@contextmanager
def modbus_device(port: int, device: Device | None = None) -> Iterator[Device]:
    kept, loop = device or Device(port), Loop()

    def trace(sending: bool, pdu: ModbusPDU) -> ModbusPDU:
        if not sending and pdu.function_code == 15:
            kept.writes.append((pdu.address, [bool(bit) for bit in pdu.bits[:2]]))
        return pdu

    coils = [SimData(0, count=32, datatype=DataType.BITS)]
    registers = [SimData(0, count=1, datatype=DataType.REGISTERS)]

    async def start() -> ModbusTcpServer:
        simulated = SimDevice(id=1, simdata=(coils, coils, registers, registers))
        server = ModbusTcpServer(simulated, address=(LOOPBACK, port), trace_pdu=trace)
        await server.serve_forever(background=True)
        return server

    server = loop.run(start())
    try:
        yield kept
    finally:
        loop.run(server.shutdown())
        loop.end()
