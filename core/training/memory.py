"""Out of memory, wherever it comes from; without importing torch, which takes seconds."""

import sys

_SIGNS = ("not enough memory", "can't allocate memory", "cannot allocate memory", "out of memory")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the error says that memory ran out, on the CPU or a GPU (torch's own is a RuntimeError)."""
    if isinstance(error, MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error).lower() for sign in _SIGNS)


def free_cached_memory() -> None:
    """Give back what torch keeps in reserve on a GPU."""
    if gpu_memory() is not None:
        sys.modules["torch"].cuda.empty_cache()


def gpu_memory() -> int | None:
    """Bytes that torch holds on the GPU; None where it uses none."""
    # A module that another thread is importing is already listed, but not whole.
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    is_initialized = getattr(cuda, "is_initialized", None)
    return int(cuda.memory_reserved()) if cuda and is_initialized and is_initialized() else None
