"""The file that packed data travels in: JSON of one line, then arrays, compressed."""

from __future__ import annotations

import json
import lzma
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def write_arrays(path: Path, arrays: Mapping[str, Array], meta: Mapping[str, object]) -> None:
    """Write arrays and what describes them.

    Bytes of equal weight stand together, which compresses a third better. Arrays of int32 are taken to be
    mostly rising, and are written as differences.

    Args:
        path: The file.
        arrays: One-dimensional arrays of uint8, uint16, uint32 or int32.
        meta: Whatever JSON can hold.
    """
    header = [[name, str(array.dtype), array.size] for name, array in arrays.items()]
    with lzma.open(path, "wb") as file:
        file.write(json.dumps({"arrays": header, "meta": meta}).encode() + b"\n")
        for array in arrays.values():
            stored = np.diff(array, prepend=array.dtype.type(0)) if array.dtype == np.int32 else array
            planes = np.ascontiguousarray(stored).view(np.uint8).reshape(stored.size, stored.itemsize)
            file.write(np.ascontiguousarray(planes.T).tobytes())


def read_arrays(path: Path) -> tuple[dict[str, Array], dict[str, Any]]:
    """Read what `write_arrays` wrote: the arrays with their dtypes, and the description."""
    arrays: dict[str, Array] = {}
    with lzma.open(path, "rb") as file:
        header = json.loads(file.readline())
        for name, kind, size in header["arrays"]:
            dtype = np.dtype(kind)
            planes = np.frombuffer(file.read(size * dtype.itemsize), np.uint8).reshape(dtype.itemsize, size)
            array = np.ascontiguousarray(planes.T).reshape(-1).view(dtype)
            arrays[name] = np.cumsum(array, dtype=dtype) if dtype == np.int32 else array
    return arrays, header["meta"]
