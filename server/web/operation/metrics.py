"""What Prometheus reads, on an address of its own that no browser of the public reaches.

Counters and gauges of the whole server; a page is named by its route, never by its address. No
label holds a name, a plate or a number of anything: each has as many values as the code has words.
Never here: when something is wrong (server/alerts/); counting (each part counts its own).
"""

import time
from collections.abc import AsyncIterator, Iterable

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CONTENT_TYPE_LATEST, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

from server.app_keys import BOX_COUNTS, CONFIG, READINESS, STORE, WATCH
from server.config import Address, ServeError
from server.fleet.alerts import Kind
from server.health import Fault, Need

_METHODS = frozenset({"GET", "HEAD", "POST"})
_PAGE_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_COMMIT_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0)


class Metrics:
    """The numbers of one server, and where they are read once it runs."""

    def __init__(self) -> None:
        self.address: Address | None = None
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.pages = Histogram(
            "voiturier_page_seconds",
            "How long pages and the API took to answer",
            ("route", "method", "status"),
            buckets=_PAGE_S,
            registry=self.registry,
        )
        self.commits = Histogram(
            "voiturier_commit_seconds",
            "How long the database took for what was waiting to be written together",
            buckets=_COMMIT_S,
            registry=self.registry,
        )


METRICS = web.AppKey("METRICS", Metrics)
_PUBLIC = web.AppKey("PUBLIC", web.Application)


def setup(app: web.Application) -> None:
    """Count, and let the numbers be read while the application runs, where that is asked for."""
    address = app[CONFIG].metrics
    if address is None:
        return
    metrics = app[METRICS] = Metrics()
    app[STORE].watch_commits(metrics.commits.observe)
    app.middlewares.insert(0, _timed)  # the outermost: all that a page waits for is in its time

    async def served(app: web.Application) -> AsyncIterator[None]:
        runner = web.AppRunner(_site(app), access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, address.host, address.port).start()
        except OSError as error:
            raise ServeError(
                f"cannot listen for Prometheus on {address}: {error.strerror}"
            ) from None
        metrics.address = Address(*runner.addresses[0][:2])
        yield
        await runner.cleanup()

    app.cleanup_ctx.append(served)


@web.middleware
async def _timed(request: web.Request, handler: Handler) -> web.StreamResponse:
    began_s, status = time.monotonic(), 500
    try:
        response = await handler(request)
        status = response.status
        return response
    except web.HTTPException as answer:
        status = answer.status
        raise
    finally:
        resource = request.match_info.route.resource
        request.app[METRICS].pages.labels(
            "none" if resource is None else resource.canonical,
            request.method if request.method in _METHODS else "other",
            f"{status // 100}xx",
        ).observe(time.monotonic() - began_s)


def _site(app: web.Application) -> web.Application:
    site = web.Application()
    site[_PUBLIC] = app
    site.router.add_get("/metrics", _read)
    site.router.add_get("/readyz", _ready)
    return site


async def _read(request: web.Request) -> web.Response:
    app = request.app[_PUBLIC]
    faults = await app[READINESS].faults()
    text = generate_latest(app[METRICS].registry) + generate_latest(_now(app, faults))
    return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _ready(request: web.Request) -> web.Response:
    """As on the public port, with what is missing: whoever reads here runs the server."""
    faults = await request.app[_PUBLIC][READINESS].faults()
    missing = {fault.need: fault.said for fault in faults}
    answer = {"status": "not ready" if missing else "ready", "missing": missing}
    return web.json_response(answer, status=503 if missing else 200)


def _now(app: web.Application, faults: Iterable[Fault]) -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Now(app, faults))
    return registry


class _Now(Collector):
    """The numbers that the parts of the server hold by themselves, read at once."""

    def __init__(self, app: web.Application, faults: Iterable[Fault]) -> None:
        self._app = app
        self._missing = {fault.need for fault in faults}

    def collect(self) -> Iterable[Metric]:
        """See Collector."""
        yield from self._of_boxes()
        yield from self._of_the_server()
        yield from self._as_last_seen()

    def _of_boxes(self) -> Iterable[Metric]:
        counts = self._app[BOX_COUNTS]()
        yield _gauge("boxes_connected", "Boxes that are connected", counts.connected)
        yield CounterMetricFamily(
            "voiturier_records",
            "Records of boxes that were committed; one told again counts again",
            counts.committed,
        )
        refused = CounterMetricFamily(
            "voiturier_handshakes_refused",
            "Connections to the boxes' port that ended before it was known who they are",
            labels=("reason",),
        )
        for reason, times in sorted(counts.turned_away.items()):
            refused.add_metric((reason,), times)
        yield refused

    def _of_the_server(self) -> Iterable[Metric]:
        missing = GaugeMetricFamily(
            "voiturier_missing", "1: the boxes need it and it is not there", labels=("need",)
        )
        for need in Need:
            missing.add_metric((need,), need in self._missing)
        yield missing
        standing = [alert.kind for alert in self._app[WATCH].standing]
        alerts = GaugeMetricFamily("voiturier_alerts", "What is wrong now", labels=("kind",))
        for kind in Kind:
            alerts.add_metric((kind,), standing.count(kind))
        yield alerts
        size_bytes = self._app[STORE].health.size_bytes()
        yield _gauge("database_bytes", "The size of the database with its log", size_bytes)

    def _as_last_seen(self) -> Iterable[Metric]:
        """What is looked up once a minute; nothing before, or where it could not be found out."""
        seen = self._app[WATCH].seen
        if seen is None:
            return
        if seen.disk_free_bytes is not None:
            yield _gauge("disk_free_bytes", "Free space for the database", seen.disk_free_bytes)
        if seen.mail is not None:
            yield _gauge("mails_waiting", "Mails that wait to be sent", seen.mail.waiting)
        for name, chore in (("backup", seen.backup), ("purge", seen.purge)):
            if chore is not None:
                age_s = seen.now_s - chore.at_s
                yield _gauge(f"{name}_age_seconds", f"How long ago the last {name} was", age_s)


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"voiturier_{name}", about, value)
