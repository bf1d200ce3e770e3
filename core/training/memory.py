"""Out of memory, wherever it comes from."""

import torch

_SIGNS = ("not enough memory", "can't allocate memory", "cannot allocate memory", "out of memory")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the error says that memory ran out, on the CPU or a GPU."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error).lower() for sign in _SIGNS)


def free_cached_memory() -> None:
    """Give back what torch keeps in reserve."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
