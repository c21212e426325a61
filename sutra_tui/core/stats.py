"""What a stage cost, in the server's own counts and times.

Invariant: nothing here acts. Times are milliseconds (`_ms`), sizes are bytes, counts are tokens.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StageStats:
    """What a stage cost. Counts and the first four durations are the server's own; None: not said.

    Args:
        load_ms: Time from the request to the model being ready.
        prompt_tokens: Tokens of the whole prompt, also those served from the server's prefix cache.
        prompt_ms: Time spent evaluating the prompt.
        output_tokens: Tokens written, thinking included.
        output_ms: Time spent writing them.
        first_token_ms: From our request to the first token, measured here.
        wall_ms: From our request to the end of the stage, measured here.
        resident_bytes: What the server said the model held in memory when the stage ended.
    """

    load_ms: float | None = None
    prompt_tokens: int | None = None
    prompt_ms: float | None = None
    output_tokens: int | None = None
    output_ms: float | None = None
    first_token_ms: float | None = None
    wall_ms: float | None = None
    resident_bytes: int | None = None

    @property
    def tokens_per_second(self) -> float | None:
        """Decode speed by the server's numbers; None when the server did not say."""
        if not self.output_tokens or not self.output_ms:
            return None
        return self.output_tokens / (self.output_ms / 1000)
