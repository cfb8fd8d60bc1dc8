"""The sandboxed process: converts one document within limits of time, memory and output.

Parsers of HTML, PDF and DOCX can be made to take hours and gigabytes, or to crash. Here they do so in a
process of their own. It gets an environment without secrets, a folder of its own and no open files. It is
killed when it exceeds a limit, and ends when the process that waits for it does. What comes back is JSON.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from index import errors
from index.errors import ConversionFailed, CorpusError, UsageError
from index.settings import IndexSettings
from index.types import Article

ENVIRONMENT: Final = {"OMP_NUM_THREADS": "1", "PYTHONSAFEPATH": "1"}
"""The variables of the process, besides those that `run` sets."""

_MODULE: Final = "index.convert"
_CONTENT: Final = "content"
_REQUEST: Final = "request.json"
_REPLY: Final = "reply.json"
_MIB: Final = 1024**2
_OPEN_FILES: Final = 64
_NICE: Final = 10  # below the priority of whoever waits for an answer
_OUT_OF_MEMORY, _OUT_OF_SPACE = 3, 4  # exit codes


@dataclass(frozen=True, slots=True)
class Limits:
    """What a conversion may use.

    Attributes:
        seconds: Time, from its start to its end.
        memory: MiB of memory, where the system can limit that.
        output: MiB that it may write.
    """

    seconds: float = 60.0
    memory: int = 1024
    output: int = 50

    @classmethod
    def of(cls, settings: IndexSettings) -> Limits:
        """Return the limits that the settings name."""
        return cls(settings.convert_seconds, settings.convert_memory, settings.convert_output)


def run(content: bytes, request: dict[str, Any], name: str, limits: Limits) -> Article:
    """Call the function that `index.convert.__main__` serves, in a process of its own.

    Args:
        content: The document.
        request: The other arguments of the function, as JSON can hold them.
        name: What messages call the document.
        limits: What the process may use.

    Returns:
        What the function returned.

    Raises:
        ConversionFailed: The process exceeded a limit, or crashed.
        CorpusError: Raised by the function.
        UsageError: Raised by the function.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="footnote-") as folder:
            scratch = Path(folder)
            (scratch / _CONTENT).write_bytes(content)
            (scratch / _REQUEST).write_text(json.dumps({"limits": asdict(limits), "request": request}))
            _check(_wait(scratch, limits.seconds), scratch / _REPLY, name, limits)
            reply: dict[str, Any] = json.loads((scratch / _REPLY).read_bytes())
    except subprocess.TimeoutExpired:
        raise ConversionFailed(
            f"{name} takes more than {limits.seconds:g} seconds to convert. "
            "Split it, or save it as text and add that."
        ) from None
    except OSError as error:
        raise ConversionFailed(
            f"{name} cannot be converted: no process or temporary file can be made ({error.strerror})."
        ) from error
    if "failure" in reply:
        raise _failure(reply, name)
    return Article(**{**reply, "tags": tuple(reply["tags"])})


def _wait(scratch: Path, seconds: float) -> int:
    """Start the process and wait for its end; returns its exit code, or minus the signal that ended it.

    Raises:
        subprocess.TimeoutExpired: It took too long, and was killed.
    """
    path = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
    system = {"SYSTEMROOT": os.environ["SYSTEMROOT"]} if "SYSTEMROOT" in os.environ else {}  # for Windows
    with subprocess.Popen(
        [sys.executable, "-m", _MODULE],
        stdin=subprocess.PIPE,  # it closes when this process ends, however that happens
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=scratch,
        env={**system, **ENVIRONMENT, "PYTHONPATH": path, "TMPDIR": str(scratch)},
        start_new_session=True,
    ) as process:
        try:
            return process.wait(seconds)
        finally:
            if process.poll() is None:
                process.kill()
                with suppress(AttributeError, OSError):  # Windows has no groups of processes
                    os.killpg(process.pid, signal.SIGKILL)


def _check(code: int, reply: Path, name: str, limits: Limits) -> None:
    """Raise for the limit that a process exceeded, or for its crash."""
    if code == _OUT_OF_SPACE or (reply.exists() and reply.stat().st_size > limits.output * _MIB):
        raise ConversionFailed(
            f"{name} becomes more than {limits.output} MiB of text. Split it, and add the parts."
        )
    if code == _OUT_OF_MEMORY or code == -signal.SIGKILL:  # the system kills what takes too much
        raise ConversionFailed(
            f"{name} takes more than {limits.memory} MiB of memory to convert. "
            "Split it, or save it as text and add that."
        )
    if code:
        raise ConversionFailed(
            f"{name} crashes its converter (exit code {code}). Save it in another format and add that."
        )


def _failure(reply: dict[str, Any], name: str) -> CorpusError | UsageError:
    """The exception that the function raised; an unexpected one becomes `ConversionFailed`."""
    kind = getattr(errors, str(reply["failure"]), None)
    if isinstance(kind, type) and issubclass(kind, CorpusError | UsageError):
        return kind(str(reply["message"]))
    return ConversionFailed(
        f"{name} cannot be converted: its converter fails ({reply['failure']}). "
        "Save it in another format and add that."
    )


def serve(work: Callable[..., Article]) -> None:
    """Answer the request of `run`: the main function of the sandboxed process.

    Args:
        work: Called with the document's content and the request.
    """
    threading.Thread(target=_end_with_parent, daemon=True).start()
    given = json.loads(Path(_REQUEST).read_bytes())
    _restrict(Limits(**given["limits"]))
    try:
        try:
            reply = asdict(work(Path(_CONTENT).read_bytes(), **given["request"]))
        except MemoryError:
            raise
        except Exception as error:  # a hostile document can make a parser raise anything
            reply = {"failure": type(error).__name__, "message": str(error)}
        Path(_REPLY).write_bytes(json.dumps(reply, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    except MemoryError:
        sys.exit(_OUT_OF_MEMORY)
    except OSError:
        sys.exit(_OUT_OF_SPACE)


def _end_with_parent() -> None:
    """Wait until standard input closes, and end the process with all that it has started and written."""
    while os.read(0, 1):
        pass
    shutil.rmtree(Path.cwd(), ignore_errors=True)
    with suppress(AttributeError):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _restrict(limits: Limits) -> None:
    """Limit what this process may use, as far as the system can do that."""
    with suppress(OSError):  # Linux: should memory run out, this process is the one to be killed
        Path("/proc/self/oom_score_adj").write_text("1000")
    try:
        import resource
    except ImportError:  # Windows
        return
    os.nice(_NICE)
    for kind, value in (
        (resource.RLIMIT_AS, limits.memory * _MIB),
        (resource.RLIMIT_CPU, math.ceil(limits.seconds) + 1),
        (resource.RLIMIT_FSIZE, limits.output * _MIB),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # the system has a lower limit already, or cannot set this one
            resource.setrlimit(kind, (value, value))
