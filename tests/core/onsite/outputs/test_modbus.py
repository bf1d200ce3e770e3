"""The PLC's coils, against a Modbus TCP device: an edge for each piece, NG unless it is OK, dark in the end."""

from urllib.parse import urlsplit

import pytest
from pymodbus.client import ModbusTcpClient

from core.onsite.outputs.modbus import ModbusCoils
from core.onsite.result import Verdict
from core.problems import Problem
from tests.core.onsite.peers import Device, free_port, modbus_device

pytestmark = pytest.mark.loopback
DARK, OK, NG = [False, False], [True, False], [False, True]


def coils(port: int, more: str = "coil=4&unit=1") -> ModbusCoils:
    return ModbusCoils(urlsplit(f"modbus://127.0.0.1:{port}?{more}"))


@pytest.mark.parametrize("verdict", list(Verdict))
def test_only_ok_is_ok(verdict: Verdict) -> None:
    port = free_port()
    with modbus_device(port) as device:
        signal = coils(port)
        signal.show(verdict)
        client = ModbusTcpClient("127.0.0.1", port=port)
        assert client.connect()
        assert client.read_coils(4, count=2).bits[:2] == (OK if verdict is Verdict.OK else NG)
        client.close()
        signal.close()
    assert device.writes == [(4, DARK), (4, OK if verdict is Verdict.OK else NG), (4, DARK)]


def test_two_alike_in_a_row_are_two_edges() -> None:
    port = free_port()
    with modbus_device(port) as device:
        signal = coils(port)
        signal.show(Verdict.OK)
        signal.show(Verdict.OK)
        signal.close()
    assert [written for _, written in device.writes] == [DARK, OK, DARK, OK, DARK]


def test_a_plc_that_was_away_is_found_again() -> None:
    port = free_port()
    signal, device = coils(port), Device(port)
    with pytest.raises(Problem) as caught:
        signal.show(Verdict.OK)
    assert caught.value.code == "onsite.output_failed"
    for _ in range(2):
        with modbus_device(port, device):
            _show_soon(signal)
    assert [written for _, written in device.writes if written != DARK] == [OK, OK]
    signal.close()


def test_a_device_that_has_no_such_coil_is_a_failure() -> None:
    port = free_port()
    with modbus_device(port):
        signal = coils(port, "coil=60000")
        with pytest.raises(Problem):
            signal.show(Verdict.OK)
        signal.close()


@pytest.mark.parametrize(
    "address", ["modbus://", "modbus://h:0x", "modbus://h?coil=-1", "modbus://h?coil=x", "modbus://h?coil=65535",
                "modbus://h?unit=256", "modbus://h?lamp=1", "modbus://h?coil=1&coil=2"]
)  # fmt: skip
def test_what_is_no_coil_is_refused(address: str) -> None:
    with pytest.raises(Problem) as caught:
        ModbusCoils(urlsplit(address))
    assert caught.value.code == "onsite.bad_address"


def _show_soon(signal: ModbusCoils) -> None:
    """The first attempt after a break may still meet the old connection."""
    try:
        signal.show(Verdict.OK)
    except Problem:
        signal.show(Verdict.OK)
