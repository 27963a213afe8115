"""The camera of the check-in page starts once, stops on request, and reports why it cannot read (gate_camera.mjs)."""

from pathlib import Path
from typing import Any

from tests.harness.node import needs_node, run

SCAN = "Scan with the camera"


def play(scenario: str) -> Any:
    """Runs a scenario and returns its result."""
    return run(Path(__file__).with_name("gate_camera.mjs"), scenario)


@needs_node
def test_camera_whose_button_is_pressed_twice_starts_once() -> None:
    expected = {"starting": True, "after": False, "cameras": 1, "on": 1, "says": "Stop the camera", "left": 0}
    assert play("pressed_twice") == expected


@needs_node
def test_camera_that_is_stopped_while_it_starts_goes_off() -> None:
    assert play("left_while_it_starts") == {"cameras": 1, "on": 0, "says": SCAN}


@needs_node
def test_camera_without_a_reader_goes_off_and_says_why() -> None:
    told = play("no_reader")
    assert told["note"].startswith("The part that reads QR codes could not be loaded.")
    assert {key: value for key, value in told.items() if key != "note"} == {"on": 0, "says": SCAN, "hidden": True}


@needs_node
def test_camera_that_was_refused_starts_when_it_can_be_had() -> None:
    assert play("refused_and_pressed_again") == {"told": False, "on": 1}
