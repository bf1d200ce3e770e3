"""Outputs from what was written on the command line. Only what is wanted is imported: the rest may not be installed."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from core.onsite.extras import extra
from core.onsite.outputs.csv_file import CsvFile
from core.onsite.outputs.json_lines import JsonLines
from core.onsite.outputs.protocol import Output, Signal
from core.onsite.outputs.sqlite_file import SqliteFile
from core.problems import Problem

# Secrets stay out of the command line, which every user of the PC can read.
WEBHOOK_TOKEN = "HIKIDASHI_WEBHOOK_TOKEN"
MQTT_PASSWORD = "HIKIDASHI_MQTT_PASSWORD"


@dataclass(frozen=True)
class Wishes:
    """Where results are to go; each may be wished for several times."""

    csv: Sequence[Path] = ()
    json_lines: Sequence[Path] = ()
    sqlite: Sequence[Path] = ()
    webhook: Sequence[str] = ()
    mqtt: Sequence[str] = ()
    modbus: Sequence[str] = ()


def choose_outputs(wishes: Wishes) -> list[Output]:
    """The outputs that were wished for; nothing is connected yet.

    Raises:
        Problem: `onsite.bad_address`, `onsite.extra_missing`, `onsite.output_twice`.
    """
    outputs: list[Output] = [
        *(CsvFile(path.absolute()) for path in wishes.csv),
        *(JsonLines(path.absolute()) for path in wishes.json_lines),
        *(SqliteFile(path.absolute()) for path in wishes.sqlite),
        *(_webhook(url) for url in wishes.webhook),
        *(_mqtt(url) for url in wishes.mqtt),
    ]
    names = [output.name for output in outputs]
    if twice := [name for name in names if names.count(name) > 1]:
        raise Problem("onsite.output_twice", output=twice[0])
    return outputs


def choose_signals(wishes: Wishes) -> list[Signal]:
    """The signals that were wished for; raises as `choose_outputs`."""
    return [_modbus(url) for url in wishes.modbus]


def _webhook(url: str) -> Output:
    with extra("onsite"):
        from core.onsite.outputs.webhook import Webhook
    return Webhook(url, os.environ.get(WEBHOOK_TOKEN, ""))


def _mqtt(url: str) -> Output:
    with extra("onsite"):
        from core.onsite.outputs.mqtt import Mqtt
    return Mqtt(
        _split(url, ("mqtt", "mqtts"), "mqtt://broker.example/line1"), os.environ.get(MQTT_PASSWORD, "")
    )


def _modbus(url: str) -> Signal:
    with extra("onsite"):
        from core.onsite.outputs.modbus import ModbusCoils
    return ModbusCoils(_split(url, ("modbus",), "modbus://192.168.0.10:502?coil=0&unit=1"))


def _split(url: str, schemes: tuple[str, ...], example: str) -> SplitResult:
    try:
        address = urlsplit(url)
        sound = address.scheme in schemes and address.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise Problem("onsite.bad_address", address=url, example=example)
    return address
