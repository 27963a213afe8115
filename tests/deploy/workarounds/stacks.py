"""CloudFormation: resources of our templates that the emulator does not support."""

from collections.abc import Callable

from ministack.services.cloudformation import provisioners

Provision = Callable[..., tuple[str, dict]]


def apply() -> None:
    """Applies the workarounds of this module."""
    _take_alarms_on_expressions()
    _give_records_of_mail_identities()
    _know_budgets()


def _take_alarms_on_expressions() -> None:
    """The emulator refuses alarms on an expression over metrics. The expression's first metric replaces it, because no
    test here reads alarms. Only AWS can check the expression.
    """
    record = provisioners._cw_metric_alarm_record

    def recording(name: str, properties: dict) -> dict:
        if "Metrics" in properties:
            stat = next(one["MetricStat"] for one in properties["Metrics"] if "MetricStat" in one)
            properties = {key: value for key, value in properties.items() if key != "Metrics"}
            properties |= {**stat["Metric"], "Period": stat["Period"], "Statistic": stat["Stat"]}
        return record(name, properties)

    provisioners._cw_metric_alarm_record = recording


def _give_records_of_mail_identities() -> None:
    """An emulated SES identity has no DKIM records, so the stack's outputs would fail."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::SES::EmailIdentity"]
    for verb in ("create", "update"):
        handlers[verb] = _with_records(handlers[verb])


def _with_records(provision: Provision) -> Provision:
    def provisioning(*arguments: object, **more: object) -> tuple[str, dict]:
        identity, attributes = provision(*arguments, **more)
        records = {
            f"DkimDNSToken{part}{number}": f"token{number}._domainkey.{identity}"
            for part in ("Name", "Value")
            for number in (1, 2, 3)
        }
        return identity, attributes | records

    return provisioning


def _know_budgets() -> None:
    """The emulator refuses a template with a budget. The budget is accepted and ignored, because nothing is spent."""

    def provision(logical_id: str, properties: dict, stack: str) -> tuple[str, dict]:
        return f"{stack}-{logical_id}", {}

    def update(physical_id: str, *_: object, **__: object) -> tuple[str, dict]:
        return physical_id, {}

    provisioners._RESOURCE_HANDLERS["AWS::Budgets::Budget"] = {
        "create": provision,
        "update": update,
        "delete": lambda *_: None,
    }
