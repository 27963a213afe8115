"""Lambda: the interpreter of a function, when it is ready, and how it gets its layer."""

import io
import os
import sys
import tempfile
import zipfile

from ministack.core import lambda_runtime
from ministack.services import lambda_svc


def apply() -> None:
    """Applies the workarounds of this module."""
    _ready_at_once()
    _bare_interpreter()
    _unpack_layers_once()


def _ready_at_once() -> None:
    """A function is Pending for half a second after each change, so Chalice's waiter checks again five seconds later,
    for each function. Without that, a deploy is a minute faster, and no test depends on it.
    """
    lambda_svc._LAMBDA_STATE_TRANSITION_DELAY = 0


def _bare_interpreter() -> None:
    """The emulator runs functions with its own interpreter, whose packages would hide one that is missing in the layer.
    The base interpreter of the virtual environment has no packages.
    """
    detect = lambda_runtime._detect_runtime_binary
    lambda_runtime._detect_runtime_binary = lambda runtime: (sys._base_executable, detect(runtime)[1])


def _unpack_layers_once() -> None:
    """Each process unpacks the layer again, which takes a second or two per start; on Lambda it is mounted. Here it is
    unpacked once, and the variable that the emulator's processes read points to it. The emulator sees no layer.
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
