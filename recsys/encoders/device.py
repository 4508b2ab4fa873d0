"""Where and in which number format a network computes (speed only, never part of an encoder's id), and its hash."""

import hashlib
import time
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

import torch

from recsys.errors import EncoderError

DEVICES = ("auto", "cpu", "cuda")
WORTH_IT = 1.3


def resolve_device(device: str) -> torch.device:
    """Turn `auto`, `cpu` or `cuda` into a device that exists here.

    Raises
    ------
    EncoderError
        If the name is unknown, or `cuda` is asked for and absent.
    """
    if device not in DEVICES and not device.startswith("cuda:"):
        raise EncoderError(f"Unknown device {device!r}; use one of {', '.join(DEVICES)}.")
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise EncoderError("Device 'cuda' was asked for but no GPU is available; use 'auto' or 'cpu'.")
    return torch.device(device)


@cache
def reduced_precision(device: torch.device) -> torch.dtype | None:
    """Return bfloat16 (or float16 on an older GPU) where it is faster than float32, else None.

    On a CPU that has bfloat16 instructions the two are timed once, since having them does not mean being faster:
    some machines multiply bfloat16 twice as fast as float32, others half as fast.
    """
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    capabilities = torch.cpu.get_capabilities()
    if not (capabilities.get("avx512_bf16") or capabilities.get("amx_bf16")):
        return None
    return torch.bfloat16 if _product_s(torch.float32) > WORTH_IT * _product_s(torch.bfloat16) else None


def _product_s(dtype: torch.dtype) -> float:
    """Shortest of ten times of one matrix product as MiniLM has it, in seconds of processor time."""
    rows, weights = torch.ones(512, 384, dtype=dtype), torch.ones(1536, 384, dtype=dtype)
    seconds = []
    for _ in range(10):
        started = time.process_time()
        torch.nn.functional.linear(rows, weights)
        seconds.append(time.process_time() - started)
    return min(seconds)


def autocast(device: torch.device, dtype: torch.dtype | None) -> AbstractContextManager[Any]:
    """Compute in `dtype` where that is safe; with None, change nothing."""
    return nullcontext() if dtype is None else torch.autocast(device.type, dtype=dtype)


def hash_state(model: torch.nn.Module, extra: str = "") -> str:
    """Name the weights in memory: 12 hex digits of a SHA-256 over names, types and values, and `extra`."""
    digest = hashlib.sha256(extra.encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()[:12]
