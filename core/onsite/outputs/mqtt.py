"""Results to an MQTT broker: one message each, acknowledged by the broker (QoS 1)."""

import secrets
import ssl
import threading
from collections.abc import Sequence
from urllib.parse import SplitResult, unquote

from paho.mqtt.client import Client, ConnectFlags
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from core.onsite.result import Outcome
from core.problems import Problem

_TIMEOUT_S = 10
_TOPIC = "hikidashi/results"
_QOS = 1


class Mqtt:
    """Connects when there is something to send; after a failure it begins with a fresh connection."""

    at_once = 20

    def __init__(self, address: SplitResult, password: str = "") -> None:
        self._address = address
        self._password = unquote(address.password or "") or password
        self._topic = address.path.strip("/") or _TOPIC
        self._secure = address.scheme == "mqtts"
        self._port = address.port or (8883 if self._secure else 1883)
        self._client: Client | None = None
        self.name = f"mqtt {address.hostname}:{self._port}/{self._topic}"
        if not address.hostname or set(self._topic) & set("#+"):
            raise Problem(
                "onsite.bad_address", address=self.name, example="mqtt://broker.example/line1/results"
            )

    def send(self, results: Sequence[Outcome]) -> None:
        """Publish each and wait until the broker has said that it has them."""
        client = self._client or self._connected()
        try:
            sent = [client.publish(self._topic, result.as_json(), _QOS) for result in results]
            for info in sent:
                info.wait_for_publish(_TIMEOUT_S)
            arrived = all(info.is_published() for info in sent)
        except (OSError, ValueError, RuntimeError) as error:
            self.close()
            raise self._failed(error) from error
        if not arrived:
            self.close()
            raise self._failed("no acknowledgement")

    def close(self) -> None:
        """Disconnect; what was not acknowledged stays where it waits."""
        client, self._client = self._client, None
        if client is not None:
            client.disconnect()
            client.loop_stop()

    def _connected(self) -> Client:
        # A name of its own each time: what the broker keeps under an old one would only be sent twice.
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"hikidashi-{secrets.token_hex(6)}",
            reconnect_on_failure=False,
        )
        if self._address.username:
            client.username_pw_set(unquote(self._address.username), self._password or None)
        if self._secure:
            client.tls_set_context(ssl.create_default_context())
        answered, refusal = threading.Event(), list[str]()

        def on_connect(
            _: Client, __: object, ___: ConnectFlags, reason: ReasonCode, ____: Properties | None
        ) -> None:
            if reason.is_failure:
                refusal.append(str(reason))
            answered.set()

        client.on_connect = on_connect
        client.connect_timeout = _TIMEOUT_S
        self._client = client
        try:
            client.connect(self._address.hostname or "", self._port)
            client.loop_start()
        except (OSError, ValueError) as error:
            self.close()
            raise self._failed(error) from error
        if not answered.wait(_TIMEOUT_S) or refusal:
            self.close()
            raise self._failed(refusal[0] if refusal else "no answer")
        return client

    def _failed(self, reason: object) -> Problem:
        return Problem("onsite.output_failed", output=self.name, reason=reason)
