"""The small endpoints: root, version, tags, show, ps, copy, delete, embed, status.

Invariant: each answers at once and changes nothing but the list of models.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .exchange import TEXT, Exchange, Refused
from .models import FakeModel, description, details, full_name, is_valid, listing
from .replies import count_prompt
from .wire import local_time

if TYPE_CHECKING:
    from .server import OllamaServer


async def root(server: OllamaServer, exchange: Exchange) -> None:
    """`GET|HEAD /`."""
    await exchange.complete(200, {"Content-Type": f"{TEXT}; charset=utf-8"}, b"Ollama is running")


async def version(server: OllamaServer, exchange: Exchange) -> None:
    """`GET|HEAD /api/version`."""
    await exchange.json({"version": server.version})


async def status(server: OllamaServer, exchange: Exchange) -> None:
    """`GET /api/status`."""
    await exchange.json({"cloud": {"disabled": False, "source": "none"}})


async def tags(server: OllamaServer, exchange: Exchange) -> None:
    """`GET|HEAD /api/tags`, newest first."""
    models = sorted(server.models, key=lambda model: model.modified_at, reverse=True)
    await exchange.json({"models": [listing(model, modern=server.modern) for model in models]})


async def ps(server: OllamaServer, exchange: Exchange) -> None:
    """`GET /api/ps`: what is loaded, longest-remaining first; what still loads is not listed."""
    entries = [
        {
            "name": runner.model.name,
            "model": runner.model.name,
            "size": runner.model.memory(runner.num_ctx),
            "digest": runner.model.manifest,
            "details": details(runner.model),
            "expires_at": local_time(left),
            "size_vram": 0,
            "context_length": runner.num_ctx,
        }
        for runner, left in server.residency.loaded()
    ]
    await exchange.json({"models": entries})


def _named(server: OllamaServer, exchange: Exchange) -> FakeModel:
    name = exchange.recorded.model
    if not name:
        raise Refused(400, "model is required")
    if not is_valid(name):
        raise Refused(400, "invalid model name")
    model = server.find(name)
    if model is None:
        raise Refused(404, f"model '{name}' not found")
    return model


async def show(server: OllamaServer, exchange: Exchange) -> None:
    """`POST /api/show`."""
    model = _named(server, exchange)
    await exchange.json(description(model, verbose=bool(exchange.body.get("verbose"))))


async def delete(server: OllamaServer, exchange: Exchange) -> None:
    """`DELETE /api/delete`."""
    server.remove_model(_named(server, exchange).name)
    await exchange.complete(200, {}, b"")


async def copy(server: OllamaServer, exchange: Exchange) -> None:
    """`POST /api/copy`."""
    source = str(exchange.body.get("source", ""))
    destination = str(exchange.body.get("destination", ""))
    for role, name in (("source", source), ("destination", destination)):
        if not name:
            raise Refused(400, f'{role} "{name}" is invalid')
    model = server.find(source)
    if model is None:
        raise Refused(404, f'model "{source}" not found')
    twin = replace(
        model,
        name=full_name(destination),
        digest=model.manifest,
        weights=model.weights or model.name,
    )
    server.add_model(twin)
    await exchange.complete(200, {}, b"")


async def embed(server: OllamaServer, exchange: Exchange) -> None:
    """`POST /api/embed`, with vectors that say nothing."""
    name = exchange.recorded.model
    if server.find(name) is None:
        raise Refused(404, f'model "{name}" not found, try pulling it first')
    given = exchange.body.get("input")
    texts = given if isinstance(given, list) else [given] if given else []
    if not texts:
        await exchange.json({"model": name, "embeddings": []})
        return
    vectors = [[1.0, *([0.0] * 7)] for _ in texts]
    counted = count_prompt([{"content": text} for text in texts])
    await exchange.json(
        {
            "model": name,
            "embeddings": vectors,
            "total_duration": 14_143_917,
            "load_duration": 1_019_500,
            "prompt_eval_count": counted,
        }
    )
