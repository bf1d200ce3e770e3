"""The verdict as coils of a PLC over Modbus TCP.

Two coils side by side: the first is OK, the one behind it is NG. Before each verdict both go off, so that the PLC sees
an edge even when two pieces in a row are alike. Whatever is not OK (unsure, unreadable, a class of which nobody said
that it is OK) sets NG: no piece passes by mistake. Both off means that nothing was judged yet, or no more.
"""

from contextlib import suppress
from urllib.parse import SplitResult, parse_qs

from pymodbus import ModbusException
from pymodbus.client import ModbusTcpClient

from core.onsite.result import Verdict
from core.problems import Problem

_TIMEOUT_S = 1.0
_RETRIES = 1
_EXAMPLE = "modbus://192.168.0.10:502?coil=0&unit=1"


class ModbusCoils:
    """`modbus://host:port?coil=ADDRESS&unit=ID`; coil 0 and unit 1 where nothing is said."""

    def __init__(self, address: SplitResult) -> None:
        try:
            query = parse_qs(address.query, strict_parsing=bool(address.query))
            self._coil = _number(query.pop("coil", ["0"]), 0, 65534)
            self._unit = _number(query.pop("unit", ["1"]), 0, 255)
            port = address.port or 502
            if query or not address.hostname:
                raise ValueError
        except ValueError as error:
            raise Problem("onsite.bad_address", address=address.geturl(), example=_EXAMPLE) from error
        self.name = f"modbus {address.hostname}:{port} coil {self._coil}"
        self._client = ModbusTcpClient(
            address.hostname, port=port, timeout=_TIMEOUT_S, retries=_RETRIES, reconnect_delay=0
        )

    def show(self, verdict: Verdict) -> None:
        """Both coils off, then the one that says it."""
        self.clear()
        self._write([verdict is Verdict.OK, verdict is not Verdict.OK])

    def clear(self) -> None:
        """Both coils off."""
        self._write([False, False])

    def close(self) -> None:
        """Both off, if the PLC can still be reached."""
        with suppress(Problem):
            self.clear()
        self._client.close()

    def _write(self, coils: list[bool]) -> None:
        try:
            if not self._client.connected and not self._client.connect():
                raise Problem("onsite.output_failed", output=self.name, reason="no connection")
            answer = self._client.write_coils(self._coil, coils, device_id=self._unit)
        except (ModbusException, OSError) as error:
            self._client.close()
            raise Problem("onsite.output_failed", output=self.name, reason=error) from error
        if answer.isError():
            raise Problem("onsite.output_failed", output=self.name, reason=answer)


def _number(words: list[str], least: int, most: int) -> int:
    number = int(words[0])
    if len(words) > 1 or not least <= number <= most:
        raise ValueError
    return number
