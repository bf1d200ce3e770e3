"""MQTT, against a broker: acknowledged by it, kept while it is away, refused without the password."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pwdlib import PasswordHash

from core.onsite.delivery import Delivery, Pace
from core.onsite.journal import Journal
from core.onsite.outputs.mqtt import Mqtt
from core.onsite.result import Result
from core.problems import Problem
from tests.core.onsite.peers import free_port, mqtt_broker, mqtt_subscriber
from tests.core.onsite.stand_ins import Told, result, wait_until

pytestmark = pytest.mark.loopback
RESULTS = [result(str(number), f"写真{number}.png") for number in range(30)]


def test_everything_arrives_in_order() -> None:
    port = free_port()
    with mqtt_broker(port), mqtt_subscriber(port, "line1/#") as arrived:
        output = Mqtt(urlsplit(f"mqtt://127.0.0.1:{port}/line1/results"))
        output.send(RESULTS)
        wait_until(lambda: len(arrived) == len(RESULTS))
        output.close()
    assert [Result.model_validate(entry) for entry in arrived] == RESULTS
    assert output.name == f"mqtt 127.0.0.1:{port}/line1/results"


def test_a_broker_that_is_away_gets_everything_when_it_is_back(tmp_path: Path) -> None:
    port, told, journal = free_port(), Told(), Journal(tmp_path / "journal.db")
    output = Mqtt(urlsplit(f"mqtt://127.0.0.1:{port}"))
    journal.record(RESULTS[:10], [output.name])
    delivery = Delivery(output, journal, told, Pace(0.05, 0.2))
    wait_until(lambda: delivery.failures > 1)
    with mqtt_broker(port), mqtt_subscriber(port, "hikidashi/results") as arrived:
        wait_until(lambda: journal.waiting() == {})
        wait_until(lambda: {entry["id"] for entry in arrived} == {r.id for r in RESULTS[:10]})
    journal.record(RESULTS[10:], [output.name])
    delivery.wake()
    wait_until(lambda: delivery.failures > 0)
    with mqtt_broker(port), mqtt_subscriber(port, "hikidashi/results") as arrived:
        wait_until(lambda: journal.waiting() == {})
    delivery.end(5)
    assert told.troubles == ["onsite.output_failed"] * 2


def test_the_password_is_needed_and_not_told(tmp_path: Path) -> None:
    port, users = free_port(), tmp_path / "users"
    users.write_text(f"line1:{PasswordHash.recommended().hash('right')}\n", encoding="utf-8")
    with mqtt_broker(port, str(users)):
        for password in ("wrong", ""):
            output = Mqtt(urlsplit(f"mqtt://line1@127.0.0.1:{port}/x"), password)
            with pytest.raises(Problem) as caught:
                output.send(RESULTS[:1])
            assert caught.value.code == "onsite.output_failed"
        for address in (f"mqtt://line1:right@127.0.0.1:{port}/x", f"mqtt://line1@127.0.0.1:{port}/x"):
            output = Mqtt(urlsplit(address), "right")
            output.send(RESULTS[:1])
            output.close()
            assert "right" not in output.name


@pytest.mark.parametrize("address", ["mqtt:///x", "mqtt://host/a/+/b"])
def test_what_cannot_be_published_to_is_refused(address: str) -> None:
    with pytest.raises(Problem) as caught:
        Mqtt(urlsplit(address))
    assert caught.value.code == "onsite.bad_address"
