"""`/healthz` and `/metrics` over HTTP, for programs that watch the bot on the operator's own machine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from bot.errors import PortTaken
from bot.monitoring.health import Health, HealthReport
from bot.monitoring.metrics import Metrics
from bot.settings import BotSettings
from index.version import version


@asynccontextmanager
async def listening(settings: BotSettings, health: Health, metrics: Metrics) -> AsyncIterator[None]:
    """Serve until the block is left, if a port is set.

    Args:
        settings: Where.
        health: How the bot is.
        metrics: What became of the questions.

    Raises:
        PortTaken: Nothing can be served there.
    """
    if not settings.http_port:
        yield
        return
    # Whoever reads slowly must not keep the bot from stopping; the default is a minute.
    runner = web.AppRunner(_app(health, metrics), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.http_host, settings.http_port).start()
        except OSError as error:
            raise PortTaken(
                f"/healthz and /metrics cannot be served at {settings.http_host}:{settings.http_port}: "
                f"{error.strerror or error}. Choose another BOT_HTTP_PORT, or stop what uses it."
            ) from error
        yield
    finally:
        await runner.cleanup()


def _app(health: Health, metrics: Metrics) -> web.Application:
    async def healthz(_: web.Request) -> web.Response:
        reading = await health.read()
        return web.json_response(_health(reading), status=503 if reading.problem else 200)

    async def serve_metrics(_: web.Request) -> web.Response:
        reading = await health.read()
        body = generate_latest(metrics.registry) + generate_latest(_gauges(reading))
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/metrics", serve_metrics)])
    return app


def _health(reading: HealthReport) -> dict[str, object]:
    index = reading.index
    return {
        "status": "unavailable" if reading.problem else "ok",
        "reason": reading.problem,
        "detail": _detail(reading),
        "connected": reading.connected,
        "latency": reading.latency,
        "queue": reading.queue,
        "index": None
        if index is None
        else {
            "fingerprint": index.info.fingerprint,
            "articles": index.info.articles,
            "chunks": index.info.chunks,
            "bytes": index.size,
            "changed": index.changed,
        },
        "version": version(),
    }


def _detail(reading: HealthReport) -> str | None:
    """What is not as it should be, although the bot answers."""
    failure = None if reading.index is None else reading.index.failure
    return None if failure is None else f"The last rebuild failed: {failure}"


def _gauges(reading: HealthReport) -> CollectorRegistry:
    """A report as Prometheus metrics, without what is not known."""
    registry = CollectorRegistry()
    for name, help_text, value in _figures(reading):
        if value is not None:
            Gauge(f"footnote_{name}", help_text, registry=registry).set(value)
    Gauge("footnote_info", "Which version runs.", ["version"], registry=registry).labels(version()).set(1)
    return registry


def _figures(reading: HealthReport) -> Iterator[tuple[str, str, float | None]]:
    yield "up", "1 if /healthz says ok.", not reading.problem
    yield "gateway_connected", "1 if all connections to Discord are open.", reading.connected
    yield "gateway_latency_seconds", "How long Discord takes to acknowledge a heartbeat.", reading.latency
    yield "queue_length", "Questions waiting or being answered.", reading.queue
    index = reading.index
    if index is not None:
        yield "index_articles", "Articles in the index.", index.info.articles
        yield "index_chunks", "Chunks of articles in the index.", index.info.chunks
        yield "index_bytes", "Size of the database.", index.size
        changed = "When the articles last changed; the index is time() minus this old."
        yield "index_changed_timestamp_seconds", changed, index.changed
