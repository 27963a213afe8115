"""`python -m bench.cost` writes docs/cost.md: an estimate of what a month on AWS costs. `--check` only compares.

Units are measured (bench/cost/cost_units.py), milliseconds and numbers of readers are assumed
(bench/cost/cost_assumptions.toml), prices are AWS's list prices (bench/cost/prices.toml). The arithmetic is in
bench/cost/cost_model.py, the text in bench/cost/cost_page.py.
"""

import json
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import click
import yaml

from bench.cost import cost_page, cost_units
from bench.cost.cost_model import Price, Setting
from bench.cost.cost_variants import Assumption, Facts

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "cost.md"
REGIONS = ("us-east-1", "eu-central-1")
PAID_BY_THE_MONTH = {
    "AWS::CloudWatch::Alarm": "alarm",
    "AWS::CloudWatch::CompositeAlarm": "composite_alarm",
    "AWS::CloudWatch::Dashboard": "dashboard",
    "AWS::KMS::Key": "key",
    "AWS::SecretsManager::Secret": "secret",
    "AWS::WAFv2::WebACL": "firewall",
}


class _Template(yaml.SafeLoader):
    """Loads CloudFormation's YAML. A function's short form (`!Sub`) becomes its argument."""


_Template.add_multi_constructor("!", lambda loader, _, node: _argument(loader, node))


@click.command(help=__doc__)
@click.option("--json", "as_json", is_flag=True, help="Print all figures as JSON and write nothing.")
@click.option("--check", is_flag=True, help="Exit with 1 when docs/cost.md is not what would be written.")
def main(*, as_json: bool, check: bool) -> None:
    """Measures and computes, then writes or compares the page."""
    facts = gather()
    if as_json:
        click.echo(json.dumps(cost_page.figures(facts), indent=1))
        return
    page = cost_page.page(facts)
    fresh = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page
    if check and not fresh:
        click.echo("cost.md is out of date; run `python -m bench.cost`.")
        sys.exit(1)
    if not check and not fresh:
        PAGE.write_text(page, encoding="utf-8")
        click.echo("wrote docs/cost.md")


def gather() -> Facts:
    """Returns all the facts that the page needs."""
    checked, prices = load_prices()
    measured = cost_units.measure()
    return Facts(measured, load_assumptions(), prices, checked, load_setting(measured))


def load_prices() -> tuple[str, dict[str, Price]]:
    """Returns the day on which the price list was checked, and its lines by name."""
    table = _toml("prices.toml")
    checked = table.pop("checked")
    return checked, {name: _price(line) for name, line in table.items()}


def load_assumptions() -> dict[str, Assumption]:
    """Returns all assumptions with their reasons, by name."""
    return {name: Assumption(**line) for name, line in _toml("cost_assumptions.toml").items()}


def load_setting(measured: cost_units.Measured) -> Setting:
    """Returns the facts from the repository: Chalice's configuration, the templates, the website's cache lifetimes."""
    from infra import policies
    from infra.website import cache_control

    config = json.loads((ROOT / ".chalice" / "config.json").read_text(encoding="utf-8"))
    memory = {name: one["lambda_memory_size"] for name, one in config["lambda_functions"].items()}
    secrets = {name: len(policies.secrets_of(name)) for name in memory}
    kept = frozenset(name for name in measured.files if "immutable" in cache_control(name))
    resources = [one for file in sorted((ROOT / "infra" / "stacks").glob("[a-z]*.yaml")) for one in resources_of(file)]
    functions = sum(one["Type"] == "AWS::CloudFront::Function" for one in resources)
    return Setting(memory, secrets, standing(resources), min(functions, 1), kept)


def resources_of(file: Path) -> list[dict[str, Any]]:
    """Returns the resources of a CloudFormation template."""
    document = yaml.load(file.read_text(encoding="utf-8"), _Template)  # a SafeLoader
    return list(document["Resources"].values())


def standing(resources: list[dict[str, Any]]) -> dict[str, float]:
    """Counts the resources that are billed by the month, with all conditions of the templates taken as met."""
    found: Counter[str] = Counter()
    for one in resources:
        if one["Type"] in PAID_BY_THE_MONTH:
            found[PAID_BY_THE_MONTH[one["Type"]]] += _metrics(one) if one["Type"] == "AWS::CloudWatch::Alarm" else 1
    return {name: float(number) for name, number in found.items()}


def _metrics(alarm: dict[str, Any]) -> int:
    """Returns how many metrics an alarm uses, by which it is billed."""
    looked_at = alarm["Properties"].get("Metrics") or []
    return max(1, sum("MetricStat" in one for one in looked_at))


def _price(line: dict[str, Any]) -> Price:
    dollars = {region: line[region] for region in REGIONS}
    known = (line["title"], line["unit"], line["per"], dollars)
    return Price(*known, line.get("free", 0), line["source"], line.get("sure", True))


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def _argument(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


if __name__ == "__main__":
    main()
