"""Lambda: which interpreter a function gets, when it is ready, and how its layer reaches it."""

import io
import os
import sys
import tempfile
import zipfile

from ministack.core import lambda_runtime
from ministack.services import lambda_svc


def apply() -> None:
    """Everything in this module."""
    _ready_at_once()
    _bare_interpreter()
    _unpack_layers_once()


def _ready_at_once() -> None:
    """A function is Pending for half a second after each change, so the waiter that Chalice uses comes back five
    seconds later, for each function: a minute a deploy that says nothing about AWS.
    """
    lambda_svc._LAMBDA_STATE_TRANSITION_DELAY = 0


def _bare_interpreter() -> None:
    """The emulator runs functions with its own interpreter, whose packages would hide that one is missing in the layer.
    The interpreter below the virtual environment has none.
    """
    detect = lambda_runtime._detect_runtime_binary
    lambda_runtime._detect_runtime_binary = lambda runtime: (sys._base_executable, detect(runtime)[1])


def _unpack_layers_once() -> None:
    """Each process unpacks the layer afresh, where Lambda has it mounted: a second or two for every start. Here it is
    unpacked once and named in the variable that the emulator's processes read; to the emulator there is no layer.
    """
    resolve, unpacked = lambda_svc._resolve_layer_zip, {}

    def unpack(reference: str | dict) -> None:
        arn = reference if isinstance(reference, str) else reference["Arn"]
        if arn not in unpacked:
            folder = tempfile.mkdtemp(prefix="layer-")
            zipfile.ZipFile(io.BytesIO(resolve(reference))).extractall(folder)
            unpacked[arn] = folder
        os.environ["_LAMBDA_LAYERS_DIRS"] = unpacked[arn]

    lambda_svc._resolve_layer_zip = unpack
