"""Carries out the script: presses the handsets' keys, hides them, cuts the backbone."""

from collections.abc import Callable
from functools import partial

from turna.demo import exercise
from turna.demo.exercise import Key, Step
from turna_simulation.board import Board
from turna_simulation.world import World


class Director:
    """Turns each step of a plan into what a person or the landscape does at its time."""

    def __init__(
        self,
        world: World,
        handsets: list[Board],
        *,
        cut_backbone: Callable[[], None],
        restore_backbone: Callable[[], None],
        accept_sos: Callable[[bool], None],
        say: Callable[[dict[str, object]], None],
        tell: Callable[[str], None],
    ) -> None:
        self._world = world
        self._handsets = handsets
        self._tell = tell
        self._deeds: dict[str, Callable[[], None]] = {
            "backbone_down": cut_backbone,
            "backbone_up": restore_backbone,
            exercise.ALONE: partial(accept_sos, False),
            exercise.LAST: partial(accept_sos, True),
            "say_task": partial(say, exercise.TASK),
            "say_cease_work": partial(say, exercise.CEASE_WORK),
            "say_evacuate": partial(say, exercise.EVACUATE),
            "say_resume": partial(say, exercise.RESUME),
            "over": lambda: None,
        }
        self._free_at_ms = [0] * len(handsets)

    def schedule(self, plan: list[Step], start_ms: int) -> None:
        """Enter every step into virtual time, from `start_ms` on."""
        for step in plan:
            self._world.at(start_ms + step.at_ms, partial(self._perform, step))

    def _perform(self, step: Step) -> None:
        if step.handset is None:
            if step.told:
                self._tell(step.told)
            self._deeds[step.what]()
            return
        board = self._handsets[step.handset]
        told = f"{board.name} {step.told}"
        if step.what == "keys":
            self._type(step.handset, step.keys, told)
            return
        self._tell(told)
        if step.what == "leave":
            self._world.ether.block(board.name)
        else:
            self._world.ether.unblock(board.name)

    def _type(self, handset: int, keys: tuple[Key, ...], told: str) -> None:
        """Press key after key; one pair of hands does one thing after the other, and says so."""
        board = self._handsets[handset]
        at_ms = max(self._world.now_ms, self._free_at_ms[handset])
        self._world.at(at_ms, partial(self._tell, told))
        for key in keys:
            at_ms += key.wait_ms
            self._world.at(at_ms, partial(board.press, "user", key.hold_ms))
            at_ms += key.hold_ms
        self._free_at_ms[handset] = at_ms + 1_000
