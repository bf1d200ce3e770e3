"""A photo is whole when it has stayed the same for a while, by this PC's own clock."""

from core.onsite.settling import Settling
from core.photos.walk import FoundFile


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def file(name: str = "a.png", size: int = 10, mtime: int = 1) -> FoundFile:
    return FoundFile(name, size, mtime)


def test_a_file_is_looked_at_again_before_it_counts() -> None:
    clock = Clock()
    settling = Settling(1.0, 30.0, clock)
    assert settling.look([file()]) == []
    assert settling.next_due_s() == 1.0
    clock.now += 0.9
    assert settling.look([file()]) == []
    clock.now += 0.2
    assert settling.look([file()]) == [file()]


def test_a_file_that_grows_starts_anew() -> None:
    clock = Clock()
    settling = Settling(1.0, 30.0, clock)
    for size in range(10):
        assert settling.look([file(size=size)]) == []
        clock.now += 0.9
    clock.now += 0.2
    assert settling.look([file(size=9)]) == [file(size=9)]


def test_what_a_share_says_of_the_time_does_not_matter() -> None:
    clock = Clock()
    settling = Settling(1.0, 30.0, clock)
    for mtime in (0, 2**62):
        settling.look([file(mtime=mtime)])
        assert settling.look([file(mtime=mtime)]) == []
        clock.now += 1.1
        assert settling.look([file(mtime=mtime)]) == [file(mtime=mtime)]


def test_one_that_cannot_be_read_has_its_time_and_no_more() -> None:
    clock = Clock()
    settling = Settling(1.0, 30.0, clock)
    looks = 0
    settling.look([file()])
    for _ in range(400):
        clock.now += 0.1
        for whole in settling.look([file()]):
            looks += 1
            if not settling.wait_on(whole):
                assert 30 <= clock.now - 100 < 30.5
                assert looks < 8, "seldomer and seldomer"
                return
    raise AssertionError("it was never given up")


def test_the_oldest_comes_first_and_what_is_gone_is_forgotten() -> None:
    clock = Clock()
    settling = Settling(0.0, 30.0, clock)
    assert settling.look([file("new", mtime=2), file("old", mtime=1)]) == [
        file("old", mtime=1),
        file("new", mtime=2),
    ]
    assert settling.look([]) == []
    assert settling.next_due_s() is None
    assert not settling.wait_on(file("old", mtime=1))
