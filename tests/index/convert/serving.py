"""A sandboxed process that does what a document says: the worst that a converter can be brought to do."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

from index.convert._sandbox import serve
from index.errors import UnreadableFile
from index.types import Article

KINDS = ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE")


def about() -> str:
    """What the process was given."""
    return json.dumps(
        {
            "environment": dict(os.environ),
            "folder": str(Path.cwd()),
            "files": [str(Path(f"/proc/self/fd/{each}").readlink()) for each in (0, 1, 2)],
            "others": [each.name for each in Path("/proc/self/fd").iterdir() if int(each.name) > 2],
            "limits": {kind: resource.getrlimit(getattr(resource, kind)) for kind in KINDS},
            "nice": os.nice(0),
            "group": os.getpgid(0) == os.getpid(),
        }
    )


def hang(place: str) -> str:
    """Write who hangs, with what it has started, and hang."""
    started = subprocess.Popen(["/bin/sleep", "60"])
    Path(place).write_text(f"{os.getpid()} {started.pid} {Path.cwd()}")
    time.sleep(60)
    return ""


def fail(kind: str) -> str:
    raise {"file": UnreadableFile("It is no text."), "lost": KeyError("secret\nwords")}[kind]


DEEDS: dict[str, Callable[[str], str]] = {
    "about": lambda _: about(),
    "say": lambda text: text,
    "large": lambda size: "x" * int(size),
    "hang": hang,
    "fail": fail,
    "memory": lambda size: str(len(bytearray(int(size)))),
    "abort": lambda _: os.abort(),
    "exit": lambda code: sys.exit(int(code)),
}


def work(content: bytes, **request: str) -> Article:
    deed, _, rest = content.decode("utf-8", "surrogatepass").partition(" ")
    return Article("a", "A", DEEDS[deed](rest), tags=("b", "c"))


def no_limits(*_: object) -> None:
    raise ValueError("not supported")


if __name__ == "__main__":
    without = json.loads(Path("request.json").read_bytes())["request"].get("without")
    if without == "limits":
        resource.setrlimit = no_limits
    if without == "module":
        cast("dict[str, object]", sys.modules)["resource"] = None
    serve(work)
