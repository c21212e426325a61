"""The X-ray of the run on the main screen.

Invariant: it shows what the events of the run have said so far, folded as for any face.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .run_screen import RunScreen

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...core.events import Event
    from ...core.transcript import Transcript
    from ..workbench import Workbench
    from .xray import Seen


class XRayBench(RunScreen):
    """See `MainScreen`, which is the screen to use."""

    def __init__(self, bench: Workbench, clock: Callable[[], float]) -> None:
        super().__init__(bench, clock)
        self._transcript: Transcript | None = None

    def _take(self, event: Event) -> None:
        if event.run_id == self.bench.run.run_id:
            from ...core.events import RunStarted
            from ...core.transcript import Transcript

            if isinstance(event, RunStarted):
                self._transcript = Transcript(self._clock)
            if self._transcript is not None:
                self._transcript.apply(event)
        super()._take(event)

    async def action_open_xray(self, stage: str = "") -> None:
        from .xray import XRayScreen

        await self.app.push_screen(XRayScreen(self._see_run, self.addresses, stage))

    @property
    def addresses(self) -> tuple[str, str]:
        """Of Model A's server and Model B's, as they are shown."""
        engine = self.app.engine
        return engine.serving("a").address, engine.serving("b").address

    def _see_run(self) -> Seen:
        """The run on the screen as it is now."""
        from ...core.protocol import HandoffResult
        from .xray import Seen

        run = self.bench.run
        if run.result is not None:
            return Seen(run.result)
        if self._transcript is None:
            return Seen(HandoffResult(run.query), run.running)
        return Seen(self._transcript.result(), run.running)
