"""The scripted Ollama server: one thread, one event loop, one loopback port.

Invariant: every public method may be called from any thread at any time, and the server is gone
half a second after it was told to go, whoever hangs on to it.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Any

from .connection import Complete, Connection, Hangup, Request
from .dispatch import answer, record
from .exchange import TEXT, Exchange
from .faults import Active, Faults, bend
from .gate import Gate, Hold, Point
from .journal import Journal, Kind, Recorded
from .models import CATALOGUE, LLAMA_3B, MISTRAL_7B, FakeModel, full_name
from .pulls import Pulls
from .replies import Answer, Reply, Scripts, default_reply
from .residency import DEFAULT_NUM_CTX, Residency
from .wire import head


class OllamaServer:
    """A scripted Ollama. Use it as a context manager, from synchronous or asynchronous tests.

    Args:
        models: What is pulled.
        version: What it calls itself; 0.24 and before leave capabilities out of tags and evict.
        memory: Bytes for models; None is plenty.
        oom: From 0.30 on, kill a load that does not fit instead of letting it swap.
        registry: What can be pulled.
        unload_delay: Seconds between the wish to unload and the model being gone.
        port: 0 takes a free one.
    """

    def __init__(
        self,
        models: Sequence[FakeModel] = (LLAMA_3B, MISTRAL_7B),
        *,
        version: str = "0.33.2",
        memory: int | None = None,
        oom: bool = False,
        registry: Sequence[FakeModel] = CATALOGUE,
        unload_delay: float = 0.0,
        port: int = 0,
    ) -> None:
        self.version = version
        self.port = port
        self.scripts = Scripts()
        self.pulls = Pulls(list(registry))
        self._journal = Journal()
        self._gate = Gate(self._journal)
        self._faults = Faults()
        self.residency = Residency(self._journal, memory, not self.modern, oom, unload_delay)
        self._models: dict[str, FakeModel] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._listener: asyncio.Server | None = None
        self._connections: dict[Connection, asyncio.Future[None]] = {}
        for model in models:
            self.add_model(model)

    # Where it is and what it is.

    @property
    def host(self) -> str:
        """ "127.0.0.1:43210"."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """ "http://127.0.0.1:43210"."""
        return f"http://{self.host}"

    @property
    def numbers(self) -> tuple[int, ...]:
        """The version as numbers."""
        return _numbers(self.version)

    @property
    def modern(self) -> bool:
        """Whether it is of the second era (0.30 on), which never makes room by itself."""
        return self.numbers >= (0, 30)

    def older_than(self, version: str) -> bool:
        """Whether a model that requires this version cannot be pulled."""
        return bool(version) and self.numbers < _numbers(version)

    # What tests script.

    def script(self, model: str, answers: Answer | Sequence[Answer]) -> None:
        """What a model says next; of several, one per chat, the last one again and again.

        Args:
            model: Its name; "*" is every model without a script.
            answers: A `Reply`, a text, a function of the recorded request, or a list of those.
        """
        script = [answers] if isinstance(answers, (Reply, str)) or callable(answers) else answers
        self.scripts.put(model if model == "*" else full_name(model), script)

    def fault(
        self,
        name: str,
        path: str | None = None,
        times: int | None = None,
        *,
        model: str | None = None,
        on: Kind | None = None,
        after: int = 3,
        **params: Any,
    ) -> Active:
        """Switch a named fault on.

        Args:
            name: One of `faults.CATALOGUE`.
            path: Where; None is where it belongs, which is `/api/chat` for most.
            times: How many requests it hits; None is all.
            model: Only requests for this model.
            on: "load" or "unload" hits those calls, which are left alone otherwise.
            after: Lines of a stream that go out before it strikes.
            params: What the fault itself takes.
        """
        wanted = None if model is None else full_name(model)
        active = {"path": path, "times": times, "model": wanted, "on": on, "after": after}
        return self._faults.add(name, active, params)

    def clear_faults(self) -> None:
        """Switch all faults off."""
        self._faults.clear()

    def hold(
        self,
        point: Point = "headers",
        path: str | None = "/api/chat",
        model: str | None = None,
        on: Kind | None = None,
    ) -> Hold:
        """Park replies at a point until `release()`.

        Args:
            point: "request", "load", "headers", "done", or how many lines were written.
            path: Only requests of this path; None is all.
            model: Only requests for this model.
            on: Only requests of this kind. Without it generated replies are held at /api/chat,
                and whoever loads at "load".
        """
        if on is None and path in ("/api/chat", "/api/generate") and point != "load":
            on = "reply"
        if point == "load" and path == "/api/chat":
            path = None
        return self._gate.hold(point, path, None if model is None else full_name(model), on)

    def release(self) -> None:
        """Let all parked replies go and hold nothing any more."""
        self._gate.release()

    @property
    def parked(self) -> int:
        """How many replies wait at a held point."""
        return self._gate.parked

    def add_model(self, model: FakeModel) -> None:
        """Pull a model, or replace the one of that name."""
        self.pulls.keep(model)
        with self._journal.changed:
            self._models[model.name] = model
            self._journal.notify()

    def preload(self, model: str, num_ctx: int = DEFAULT_NUM_CTX) -> None:
        """Have a model in memory, as if somebody else had used it. Only while running."""
        found, loop = self.find(model), self._loop
        if found is None or loop is None:
            raise ValueError(f"{model} is not pulled, or the server is not running")
        task = self.residency.preload(found, num_ctx)
        asyncio.run_coroutine_threadsafe(task, loop).result(5)

    def pass_time(self, seconds: float) -> None:
        """Let time pass for what is kept in memory. Only while running."""
        if self._loop is None:
            raise ValueError("the server is not running")
        task = self.residency.pass_time(seconds)
        asyncio.run_coroutine_threadsafe(task, self._loop).result(5)

    def remove_model(self, name: str) -> None:
        """Delete a model; nothing happens when it is not there."""
        with self._journal.changed:
            self._models.pop(full_name(name), None)
            self._journal.notify()

    def find(self, name: str) -> FakeModel | None:
        """The pulled model of that name, tag or none."""
        with self._journal.changed:
            return self._models.get(full_name(name))

    @property
    def models(self) -> list[FakeModel]:
        """What is pulled."""
        with self._journal.changed:
            return list(self._models.values())

    # What tests look at.

    @property
    def requests(self) -> list[Recorded]:
        """Every request so far, in order of arrival."""
        with self._journal.changed:
            return list(self._journal.requests)

    def calls(self, path: str) -> list[Recorded]:
        """The requests of one path."""
        return [recorded for recorded in self.requests if recorded.path == path]

    def chats(self, model: str | None = None) -> list[Recorded]:
        """The chats that ask for text; loading and unloading calls left out."""
        wanted = None if model is None else full_name(model)
        return [
            recorded
            for recorded in self.calls("/api/chat")
            if recorded.kind == "reply" and wanted in (None, full_name(recorded.model))
        ]

    @property
    def loads(self) -> list[tuple[Any, ...]]:
        """What went in and out of memory, in order.

        ("load", model, num_ctx), ("reload", model, num_ctx), ("unload", model), ("abort", model).
        """
        with self._journal.changed:
            return list(self._journal.loads)

    @property
    def loaded(self) -> list[str]:
        """Names of the models in memory now."""
        return self.residency.names

    def wait_for(self, condition: Callable[[], object], timeout: float = 5.0) -> None:
        """Block this thread until the condition holds; every change of state looks again.

        Raises:
            AssertionError: It does not hold in time; the message has the log of requests.
            RuntimeError: Called where it would block a running event loop; use `until`.
        """
        if asyncio._get_running_loop() is not None:
            raise RuntimeError("this would block the event loop; await until() instead")
        self._journal.wait(condition, timeout)

    async def until(self, condition: Callable[[], object], timeout: float = 5.0) -> None:
        """As `wait_for`, for asynchronous tests: their event loop runs on meanwhile."""
        await self._journal.until(condition, timeout)

    # Its life.

    def __enter__(self) -> OllamaServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        if self._journal.failures and error is None:
            raise AssertionError("the scripted server failed") from self._journal.failures[0]

    def start(self) -> None:
        """Listen, on the same port as before if there was one. Nothing is loaded."""
        if self._thread is not None:
            return
        listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
        self.port = listener.getsockname()[1]
        ready: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(listener, ready), name="scripted-ollama", daemon=True
        )
        self._thread.start()
        ready.result(5)

    def stop(self) -> None:
        """Be killed: the port closes, connections break, loaded models and holds are gone."""
        thread, loop = self._thread, self._loop
        if thread is None or loop is None:
            return
        self._thread = None
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)

    def _run(self, listener: socket.socket, ready: Future[None]) -> None:
        loop = asyncio.new_event_loop()
        self._loop = self._gate.loop = loop
        try:
            server = loop.run_until_complete(asyncio.start_server(self._accept, sock=listener))
            loop.call_soon(ready.set_result, None)
            loop.run_forever()
            loop.run_until_complete(self._break_off(server))
        finally:
            loop.close()

    async def _break_off(self, server: asyncio.Server) -> None:
        await asyncio.sleep(0)  # whoever was just accepted gets a connection that can be aborted
        server.close()
        await asyncio.sleep(0)
        for connection in self._connections:
            connection.abort()
        me = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not me]
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others, timeout=0.3)
        await asyncio.sleep(0)
        self._connections.clear()
        self._gate.clear()
        self.residency.clear()

    # One connection, one request.

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer)
        self._connections[connection] = asyncio.ensure_future(self._serve(connection))

    async def _serve(self, connection: Connection) -> None:
        try:
            while request := await connection.request():
                if not await self._answer(connection, request):
                    break
        except ValueError:
            plain = {"Content-Type": f"{TEXT}; charset=utf-8"}
            await connection.write(head(400, plain, connection="close") + b"400 Bad Request")
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            await connection.close()
            self._connections.pop(connection, None)

    async def _answer(self, connection: Connection, request: Request) -> bool:
        """Answer one request; whether the connection can carry another."""
        recorded, refused = record(request)
        model = full_name(recorded.model) if recorded.model else ""
        faults = self._faults.strike(recorded, model)
        self._journal.request(recorded)
        exchange = Exchange(connection, request, recorded, self._journal, self._gate, faults, model)
        work = asyncio.ensure_future(answer(self, exchange, refused))
        gone = asyncio.ensure_future(connection.gone.wait())
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            work.cancel()
            (outcome,) = await asyncio.gather(work, return_exceptions=True)
            self._conclude(recorded, outcome)
        return (outcome is None or isinstance(outcome, Complete)) and not exchange.closing

    def _conclude(self, recorded: Recorded, outcome: BaseException | None) -> None:
        with self._journal.changed:
            recorded.finished = outcome is None or isinstance(outcome, (Hangup, Complete))
            left = isinstance(outcome, (OSError, asyncio.CancelledError))
            recorded.disconnected = left and self._thread is not None
            if outcome is not None and not recorded.finished and not left:
                self._journal.failures.append(outcome)
            self._journal.notify()

    def next_reply(self, model: FakeModel, exchange: Exchange) -> Reply:
        """What the model says to this request."""

        def usual(request: Recorded) -> Reply:
            return default_reply(request, model.can("thinking"))

        reply = self.scripts.take(model.name, exchange.recorded, model.reply or usual)
        return bend(reply, exchange.faults)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.partition("-")[0].split("."))
