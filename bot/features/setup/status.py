"""What `/footnote status` says: how the bot is, for those who manage a server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.messages.escape import one_line
from bot.messages.formatting import first_names, megabytes
from bot.monitoring.health import HealthReport
from bot.monitoring.metrics import Metrics
from index.version import version

_LONGEST: Final = 300  # UTF-16 units of a sentence about a problem


def report(reading: HealthReport, metrics: Metrics, *, owns_all: bool = True) -> str:
    """How the bot is, in Discord's Markdown.

    Args:
        reading: How it is at this moment.
        metrics: What became of the questions since it started.
        owns_all: Whether the server owns all collections. Others are not told of questions, articles and
            errors, which are of all servers.
    """
    return "\n".join(_lines(reading, metrics) if owns_all else _own_lines(reading, metrics))


def _own_lines(reading: HealthReport, metrics: Metrics) -> Iterator[str]:
    """What concerns every server."""
    began = round(metrics.began)
    yield f"**Footnote {version()}**, up since <t:{began}:f> (<t:{began}:R>)"
    if reading.problem:
        yield "⚠ I cannot answer right now. My log says why."
    yield f"**Waiting**: {reading.queue}"
    yield _latency(reading)


def _lines(reading: HealthReport, metrics: Metrics) -> Iterator[str]:
    began = round(metrics.began)
    yield f"**Footnote {version()}**, up since <t:{began}:f> (<t:{began}:R>)"
    if reading.problem:
        yield f"⚠ {one_line(reading.problem, _LONGEST)}"
    counts = ", ".join(f"{count} {outcome}" for outcome, count in metrics.counts().items())
    yield f"**Questions**, in all servers: {counts}"
    half, most = metrics.percentile(0.5), metrics.percentile(0.95)
    if half is not None and most is not None:
        yield f"**Answers**: half within {half:.1f} s, 95 % within {most:.1f} s"
    yield f"**Waiting**: {reading.queue}"
    index = reading.index
    if index is not None:
        if index.failure is not None:
            yield f"⚠ The last rebuild failed: {one_line(index.failure, _LONGEST)}"
        changed = f", changed <t:{index.changed:.0f}:R>" if index.changed is not None else ""
        yield (
            f"**Index**: {index.info.articles} articles in {index.info.chunks} chunks, "
            f"{megabytes(index.size)}{changed}"
        )
    yield _latency(reading)
    errors = [f"{count} × {kind}" for kind, count in metrics.failures().items()]
    yield f"**Errors**: {first_names(errors) or 'none'}"


def _latency(reading: HealthReport) -> str:
    latency = "not known yet" if reading.latency is None else f"{reading.latency * 1000:.0f} ms"
    return f"**Connection to Discord**: {latency}"
