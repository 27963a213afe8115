"""Reads the templates of infra/stacks and evaluates them for given parameters.

Used by the tests beside it. Supports only the CloudFormation functions that the templates use; others are an error.
"""

import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml

FOLDER = Path(__file__).parents[3] / "infra" / "stacks"
PARTS = ("data", "base", "edge", "watch")
STAGE = "dev"
PSEUDO = {
    "AWS::AccountId": "111122223333",
    "AWS::Region": "eu-central-1",
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
}
NOTHING = object()
"""The value of `AWS::NoValue`, until it is left out."""


class _Loader(yaml.SafeLoader):
    """A loader that turns short forms (`!Sub x`) into long ones (`{"Fn::Sub": x}`)."""


def _long_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _long_form)


class Resource(NamedTuple):
    """An evaluated resource. References to other resources are `<Name>` and `<Name.Attribute>`."""

    name: str
    kind: str
    properties: dict[str, Any]
    raw: dict[str, Any]


def read(part: str) -> dict[str, Any]:
    """Returns a template, not evaluated."""
    loaded: dict[str, Any] = yaml.load((FOLDER / f"{part}.yaml").read_text(encoding="utf-8"), _Loader)
    return loaded


class Template:
    """A template with values for its parameters: the defaults, and dev for `Stage`."""

    def __init__(self, part: str, **parameters: str) -> None:
        self.raw = read(part)
        known = self.raw["Parameters"]
        assert parameters.keys() <= known.keys(), "no such parameter"
        self._values = {
            **PSEUDO,
            "Stage": STAGE,
            **{name: one["Default"] for name, one in known.items() if "Default" in one},
            **parameters,
        }

    @property
    def resources(self) -> dict[str, Resource]:
        """Returns the resources whose conditions are met."""
        return {
            name: Resource(name, raw["Type"], self.worked_out(raw.get("Properties", {})), raw)
            for name, raw in self.raw["Resources"].items()
            if self._holds(raw.get("Condition"))
        }

    @property
    def outputs(self) -> dict[str, Any]:
        """Returns the outputs whose conditions are met."""
        return {
            name: self.worked_out(raw["Value"])
            for name, raw in self.raw["Outputs"].items()
            if self._holds(raw.get("Condition"))
        }

    def of(self, kind: str) -> list[Resource]:
        """Returns the resources of a type."""
        return [one for one in self.resources.values() if one.kind == kind]

    def worked_out(self, value: Any) -> Any:
        """Evaluates the CloudFormation functions in a value."""
        if isinstance(value, list):
            return [item for one in value if (item := self.worked_out(one)) is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and (key := next(iter(value))) in ("Ref", *self._FUNCTIONS):
            return self._reference(value[key]) if key == "Ref" else self._FUNCTIONS[key](self, value[key])
        assert not any(key.startswith("Fn::") for key in value), f"unknown function in {value}"
        found = {key: self.worked_out(one) for key, one in value.items()}
        return {key: one for key, one in found.items() if one is not NOTHING}

    def _reference(self, name: str) -> Any:
        return NOTHING if name == "AWS::NoValue" else self._values.get(name, f"<{name}>")

    def _substituted(self, argument: Any) -> str:
        text, more = argument if isinstance(argument, list) else (argument, {})
        own = {name: self.worked_out(one) for name, one in more.items()}
        return re.sub(r"\$\{([^}]+)}", lambda found: str(own.get(found[1], self._reference(found[1]))), text)

    def _chosen(self, argument: list[Any]) -> Any:
        return self.worked_out(argument[1 if self._holds(argument[0]) else 2])

    def _holds(self, condition: str | None) -> bool:
        return condition is None or bool(self.worked_out(self.raw["Conditions"][condition]))

    def _equal(self, argument: list[Any]) -> bool:
        one, other = self.worked_out(argument)
        return str(one) == str(other)

    _FUNCTIONS: dict[str, Any] = {
        "Condition": _holds,
        "Fn::And": lambda self, conditions: all(self.worked_out(conditions)),
        "Fn::Equals": _equal,
        "Fn::GetAtt": lambda self, place: f"<{'.'.join(place)}>",
        "Fn::If": _chosen,
        "Fn::Not": lambda self, condition: not self.worked_out(condition)[0],
        "Fn::Sub": _substituted,
    }


def deployed(part: str, **parameters: str) -> Template:
    """Returns a template with its required parameters, for a stage with all features unless `parameters` change it."""
    full = {
        "data": {},
        "base": {"MailDomain": "marquee.example"},
        "edge": {
            "RestApiId": "restapi",
            "WebsiteBucket": "website",
            "DomainName": "tickets.example",
            "CertificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/one",
            "OriginSecret": "secret",
            "OriginDigest": "digest-of-the-secret",
        },
        "watch": {"AlarmEmail": "ops@marquee.example", "MonthlyBudget": "5"},
    }
    return Template(part, **{**full[part], **parameters})
