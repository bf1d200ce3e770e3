"""The webhook, against a web server: everything arrives, under its id, also when the server was away."""

from pathlib import Path

import pytest

from core.onsite.delivery import Delivery, Pace
from core.onsite.journal import Journal
from core.onsite.outputs.protocol import Refused
from core.onsite.outputs.webhook import Webhook
from core.onsite.result import Result
from core.problems import Problem
from tests.core.onsite.peers import Hook, free_port, web_server
from tests.core.onsite.stand_ins import Told, result, wait_until
from tests.core.onsite.test_records import caption

pytestmark = pytest.mark.loopback


def test_a_result_is_posted_with_its_id_and_the_token() -> None:
    with web_server() as hook:
        output = Webhook(f"{hook.url}?key=secret", token="t0ken")
        output.send([result("abc", "写真.png")])
        output.close()
    assert Result.model_validate(hook.bodies[0]) == result("abc", "写真.png")
    assert hook.bodies[0]["class"] == "良品"
    assert hook.headers[0]["idempotency-key"] == "abc"
    assert hook.headers[0]["authorization"] == "Bearer t0ken"
    assert hook.headers[0]["content-type"] == "application/json"
    assert "secret" not in output.name and "t0ken" not in output.name


def test_a_text_is_posted_as_it_is_told() -> None:
    text = caption("abc", "写真.png")
    with web_server() as hook:
        output = Webhook(hook.url)
        output.send([text])
        output.close()
    assert hook.bodies == [text.as_facts()]
    assert (hook.bodies[0]["text"], hook.headers[0]["idempotency-key"]) == (text.text, "abc")


@pytest.mark.parametrize("status", [301, 307, 401, 403, 404, 408, 409, 429, 500, 502, 503])
def test_what_may_be_mended_is_tried_again(status: int) -> None:
    with web_server(hook=Hook(answers=[status])) as hook:
        output = Webhook(hook.url)
        with pytest.raises(Problem) as caught:
            output.send([result("1")])
        assert caught.value.code == "onsite.output_failed"
        assert str(status) in str(caught.value)
        output.send([result("1")])
        output.close()
    assert hook.taken == ["1"]
    assert len(hook.bodies) == 2, "a redirect is not followed"


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_what_will_never_be_taken_is_not_tried_again(status: int) -> None:
    with web_server(hook=Hook(answers=[status])) as hook:
        output = Webhook(hook.url)
        with pytest.raises(Refused):
            output.send([result("1")])
        output.close()


def test_a_server_that_is_away_gets_everything_when_it_is_back(tmp_path: Path) -> None:
    port, told, journal = free_port(), Told(), Journal(tmp_path / "journal.db")
    output = Webhook(f"http://127.0.0.1:{port}/results")
    journal.record([result(str(number)) for number in range(5)], [output.name])
    delivery = Delivery(output, journal, told, Pace(0.02, 0.1))
    wait_until(lambda: delivery.failures > 2)
    with web_server(port, Hook(answers=[200, 500, 503, 200, 500])) as hook:
        wait_until(lambda: journal.waiting() == {})
        delivery.end(5)
    assert hook.taken == [str(number) for number in range(5)]
    assert told.troubles[0] == "onsite.output_failed"


@pytest.mark.parametrize("url", ["", "no address", "ftp://host/x", "http://", "file:///etc/passwd"])
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(Problem) as caught:
        Webhook(url)
    assert caught.value.code == "onsite.bad_address"
