"""Where and in which number format a network computes (speed only, never part of an encoder's id), and its hash."""

import hashlib
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch

from recsys.errors import EncoderError

DEVICES = ("auto", "cpu", "cuda")


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


def reduced_precision(device: torch.device) -> torch.dtype | None:
    """Return bfloat16 (or float16 on an older GPU) where it is faster than float32, else None."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    capabilities = torch.cpu.get_capabilities()
    return torch.bfloat16 if capabilities.get("avx512_bf16") or capabilities.get("amx_bf16") else None


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
