"""Commands about the shape of a run and what the models are told, for this session."""

from __future__ import annotations

from ...core.options import MAX_COUNT, METHODS, ORDERS
from . import reasons
from .argument import Known, Offer
from .choices import OneOf
from .command import Command, Takes
from .texts import OFF, FreeText, OptionValues, TemplateFile

METHOD_WORDS = {
    "handoff": "Model A writes demonstrations for Model B",
    "raw": "Model B alone",
}
ORDER_WORDS = {
    "answer-first": "Model A answers first, then writes demonstrations",
    "demos-first": "Model A writes demonstrations first",
}


def _system(known: Known) -> tuple[Offer, ...]:
    return (Offer(OFF, "none any more"),) if known.bench.session.system else ()


def _thinks(known: Known) -> bool | None:
    session, settings = known.bench.session, known.settings
    a = bool(session.options("a", settings.options_a).think)
    b = bool(session.options("b", settings.options_b).think)
    return a if a == b else None


METHOD = OneOf(
    "METHOD", {name: name for name in METHODS}, lambda known: known.bench.method, METHOD_WORDS
)
ORDER = OneOf(
    "ORDER", {name: name for name in ORDERS}, lambda known: known.bench.order, ORDER_WORDS
)
COUNT = OneOf(
    "NUMBER",
    {str(count): count for count in range(1, MAX_COUNT + 1)},
    lambda known: known.bench.count,
)
THINK = OneOf("on|off", {"on": True, "off": False}, _thinks)

PROMPTING = (
    Command(
        "method.switch",
        "Switch the method",
        "handoff chains both models, raw asks Model B alone.",
        "switch_method",
        "Method and prompts",
        key="ctrl+t",
        slash="method",
        takes=Takes(METHOD, "set_method"),
        footer="Method",
        footer_from=100,
        reason=reasons.idle,
        priority=True,
    ),
    Command(
        "order.switch",
        "Switch the order",
        "Whether Model A writes its draft or the demonstrations first.",
        "switch_order",
        "Method and prompts",
        key="f6",
        slash="order",
        takes=Takes(ORDER, "set_order"),
        reason=reasons.idle,
        priority=True,
    ),
)

SESSION = (
    Command(
        "session.count",
        "Set the number of demonstrations",
        "How many Model A is asked for in this session.",
        "begin_slash('count')",
        "Method and prompts",
        slash="count",
        takes=Takes(COUNT, "set_count", required=True),
        reason=reasons.idle,
    ),
    Command(
        "session.think",
        "Let models think or not",
        "Whether models that can think do so before they answer, in this session.",
        "begin_slash('think')",
        "Method and prompts",
        slash="think",
        takes=Takes(THINK, "set_think", required=True),
        reason=reasons.idle,
    ),
    Command(
        "session.system",
        "Set standing instructions",
        "A text that both models get with every query of this session. Alone it shows the text.",
        "say_system",
        "Method and prompts",
        slash="system",
        takes=Takes(FreeText("TEXT", _system), "set_system"),
        reason=reasons.idle,
    ),
    Command(
        "session.options",
        "Set generation options",
        "For both models, or one (b.seed=7), in this session. Alone it shows what is set.",
        "say_options",
        "Method and prompts",
        slash="options",
        takes=Takes(OptionValues(), "set_options"),
        reason=reasons.idle,
    ),
    Command(
        "session.template",
        "Take a prompt from a file",
        "The file has {query} where the query belongs, and {demonstrations} for Model B.",
        "begin_slash('template')",
        "Method and prompts",
        slash="template",
        takes=Takes(TemplateFile(), "set_template", required=True),
        reason=reasons.idle,
    ),
)
