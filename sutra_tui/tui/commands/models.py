"""Commands about models and the servers they are on."""

from __future__ import annotations

from . import reasons
from .choices import ModelName
from .command import Command, Takes
from .texts import PulledName, ServerAddress

MODELS = (
    Command(
        "model.a",
        "Choose Model A",
        "The model that writes the draft and the demonstrations.",
        "choose('a')",
        "Models",
        key="f2",
        slash="model-a",
        takes=Takes(ModelName("a"), "set_model", ("a",)),
        footer="Model A",
        footer_from=70,
        reason=reasons.models,
        priority=True,
    ),
    Command(
        "model.b",
        "Choose Model B",
        "The model that writes the final answer.",
        "choose('b')",
        "Models",
        key="f3",
        slash="model-b",
        takes=Takes(ModelName("b"), "set_model", ("b",)),
        footer="Model B",
        footer_from=70,
        reason=reasons.models,
        priority=True,
    ),
    Command(
        "model.swap",
        "Swap the models",
        "Model A becomes Model B and the other way round.",
        "swap",
        "Models",
        key="ctrl+s",
        slash="swap",
        footer="Swap",
        footer_from=70,
        reason=reasons.two_models,
        priority=True,
    ),
    Command(
        "models.open",
        "Models",
        "Every pulled model: load, unload, pull, delete, and whether it fits into memory.",
        "open_models",
        "Models",
        key="ctrl+o",
        slash="manage",
        footer="Models",
        footer_from=118,
        priority=True,
    ),
    Command(
        "models.pull",
        "Pull a model",
        "Downloads a model to the server, after saying what it takes.",
        "pull",
        "Models",
        slash="pull",
        takes=Takes(PulledName(), "pull"),
    ),
    Command(
        "model.pair",
        "Say which models are chosen",
        "Both names, their sizes, and which are in memory.",
        "say_pair",
        "Models",
        slash="models",
        reason=reasons.paired,
    ),
)

PLAN = Command(
    "plan.open",
    "Memory plan",
    "The sum behind the line above the query box, and what can be done when it is too much.",
    "open_plan",
    "Models",
    key="ctrl+g",
    slash="plan",
    footer="Plan",
    footer_from=146,
    reason=reasons.plannable,
    priority=True,
)

SERVERS = (
    Command(
        "server.retry",
        "Look for models again",
        "Asks the server once more which models it has.",
        "retry",
        "Models",
        key="f9",
        slash="retry",
        reason=reasons.idle,
        priority=True,
    ),
    Command(
        "server.start",
        "Start Ollama",
        "Starts the Ollama server on this machine and waits until it answers.",
        "start_server",
        "Models",
        slash="start",
        reason=reasons.startable,
    ),
    Command(
        "server.host",
        "Use another server",
        "Asks for the address of another Ollama server.",
        "other_host",
        "Models",
        slash="host",
        takes=Takes(ServerAddress(), "use_host"),
        reason=reasons.idle,
    ),
    Command(
        "server.demo",
        "Play the built-in demo",
        "Scripted replies, no model and no download needed.",
        "play_demo",
        "Models",
        slash="demo",
        reason=reasons.idle,
    ),
)
