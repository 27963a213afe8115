"""Wire structs that are not domain objects, one module for each resource, and the late import of any wire struct."""

from importlib import import_module

import msgspec


def resolve(name: str) -> type[msgspec.Struct]:
    """Returns the struct for a contract's dotted name, e.g. `content.domain.programme:TrackFields`."""
    module, _, struct = name.partition(":")
    found: type[msgspec.Struct] = getattr(import_module(f"chalicelib.{module}"), struct)
    return found
