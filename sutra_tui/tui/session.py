"""What was set for this session only: it goes before the settings and ends with the app.

Invariant: pure. What is not set here is as the settings have it, also when those change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..core.engine import RoleName
    from ..core.options import GenerationOptions
    from ..core.templates import Templates

Set = tuple[tuple[str, Any], ...]
"""Options by name."""


@dataclass(frozen=True, slots=True)
class Session:
    """See the module.

    Args:
        system: Standing instructions for both models; empty for none.
        prompt_a: Template for Model A's prompt; empty for the app's own.
        prompt_b: Likewise for Model B.
        set_a: Options of Model A.
        set_b: Options of Model B.
    """

    system: str = ""
    prompt_a: str = ""
    prompt_b: str = ""
    set_a: Set = ()
    set_b: Set = ()

    def options(self, role: RoleName, settings: GenerationOptions) -> GenerationOptions:
        """How a role generates.

        Args:
            role: "a" or "b".
            settings: What counts where nothing is set.
        """
        return replace(settings, **dict(self.set_a if role == "a" else self.set_b))

    def with_options(self, role: RoleName, values: Mapping[str, Any]) -> Session:
        """The same with some of a role's options set."""
        if role == "a":
            return replace(self, set_a=tuple({**dict(self.set_a), **values}.items()))
        return replace(self, set_b=tuple({**dict(self.set_b), **values}.items()))

    def without_options(self) -> Session:
        """The same with the settings' options."""
        return replace(self, set_a=(), set_b=())

    def with_prompt(self, role: RoleName, text: str) -> Session:
        """The same with another template for a role's prompt."""
        return replace(self, prompt_a=text) if role == "a" else replace(self, prompt_b=text)

    def templates(self) -> Templates:
        """The prompts of a run."""
        from ..core.templates import Templates

        prompts = {"prompt_a": self.prompt_a, "prompt_b": self.prompt_b}
        return Templates.from_mapping({name: text for name, text in prompts.items() if text})

    def words(self) -> list[str]:
        """What is set, a few words each."""
        said = ["system text"] if self.system else []
        said += ["template A"] if self.prompt_a else []
        said += ["template B"] if self.prompt_b else []
        if self.set_a == self.set_b:
            return [*said, *(_option(name, value) for name, value in self.set_a)]
        for role, values in (("A", self.set_a), ("B", self.set_b)):
            said += [f"{role} {_option(name, value)}" for name, value in values]
        return said


def _option(name: str, value: Any) -> str:
    shown = ("off", "on")[value] if isinstance(value, bool) else value
    return f"{name} {shown}"
