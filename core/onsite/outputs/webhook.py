"""Results to a web address: one POST each, as JSON, with the id as `Idempotency-Key`."""

from collections.abc import Sequence

import httpx2

from core.onsite.outputs.protocol import Refused
from core.onsite.result import Outcome
from core.problems import Problem

_TIMEOUT_S = 10
# What is wrong with the result itself, and so stays wrong; anything else (a missing right, a full server, an address
# that somebody mends) may be otherwise at the next attempt.
_NEVER = frozenset((400, 413, 415, 422))


class Webhook:
    """`token` goes along as a bearer token. Redirects are not followed: results go where they were told to go."""

    at_once = 1

    def __init__(self, url: str, token: str = "") -> None:
        address = httpx2.URL(url)
        if address.scheme not in ("http", "https") or not address.host:
            raise Problem("onsite.bad_address", address=url, example="https://server.example/results")
        self._url = address
        self.name = f"webhook {address.copy_with(username=None, password=None, query=None)}"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx2.Client(timeout=_TIMEOUT_S, headers=headers, follow_redirects=False)

    def send(self, results: Sequence[Outcome]) -> None:
        """Post each; anything but a 2xx is a failure."""
        for result in results:
            headers = {"Content-Type": "application/json", "Idempotency-Key": result.id}
            try:
                answer = self._client.post(self._url, content=result.as_json(), headers=headers)
            except httpx2.HTTPError as error:
                raise self._failed(str(error) or type(error).__name__) from error
            if answer.status_code in _NEVER:
                raise Refused(f"HTTP {answer.status_code}")
            if not answer.is_success:
                raise self._failed(f"HTTP {answer.status_code}")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _failed(self, reason: str) -> Problem:
        return Problem("onsite.output_failed", output=self.name, reason=reason)
