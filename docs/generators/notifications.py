"""The generated tables of docs/notifications.md: every action, when it comes and to whom, and what produces it.

When and to whom is the line under an action's name in notifications/domain/notification.py. A producer is a module of
services that names the action, other than to compare with it, or that uses what a module of rules says of it.
"""

import ast
from collections.abc import Iterator, Mapping, Set

from chalicelib.notifications.domain.notification import NotificationAction
from chalicelib.notifications.domain.preferences import DEFAULTS, FIXED, MailChoice
from docs.generators.blocks import table
from docs.generators.sources import modules

ACTIONS_MODULE = "notifications/domain/notification"
ENUM = NotificationAction.__name__
MAILS = {MailChoice.EACH: "at once", MailChoice.DIGEST: "in the daily digest", MailChoice.OFF: "none"}


def blocks() -> dict[str, str]:
    """The generated parts of the page by name."""
    made = producers(modules())
    composers = sorted({module for found in made.values() for module in found})
    writers = [[f"`{one}.py`", _files(_users_of_class(one) or {one})] for one in composers]
    return {
        "actions": actions(explained(modules()[ACTIONS_MODULE]), made),
        "producers": table(("composed by", "written by"), writers),
    }


def actions(said: Mapping[str, tuple[str, str]], made: Mapping[str, Set[str]]) -> str:
    """The table of actions. ValueError for an action that nothing produces or explains, or that does not exist."""
    names = {action.name for action in NotificationAction}
    if lacking := sorted(names ^ made.keys() | names ^ said.keys()):
        raise ValueError(f"no producer, no line under the name, or no such action: {lacking}")
    rows = [[f"`{one.value}`", *said[one.name], _mail(one), _files(made[one.name])] for one in NotificationAction]
    return table(("action", "when", "to whom", "mail, unless changed", "produced by"), rows)


def producers(trees: Mapping[str, ast.Module]) -> dict[str, set[str]]:
    """The modules of services that produce each action, by the action's name in the enumeration."""
    found: dict[str, set[str]] = {}
    for path, tree in trees.items():
        if path.startswith(("notifications/", "bootstrap/")) or "/adapters/" in path:
            continue
        for node in tree.body:
            for action in _named(node):
                made = {path} if "/services/" in path else _users(trees, tree, node)
                if made:
                    found.setdefault(action, set()).update(made)
    return found


def explained(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """When each action comes and to whom: `"when. To: whom."` under its name."""
    (enum,) = (one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == ENUM)
    found = {}
    for member, line in zip(enum.body, enum.body[1:], strict=False):
        if isinstance(member, ast.Assign) and isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant):
            when, _, whom = " ".join(str(line.value.value).split()).rstrip(".").partition(". To: ")
            found[ast.unparse(member.targets[0])] = (when, whom)
    return found


def _mail(action: NotificationAction) -> str:
    always = "; always" if "mail" in FIXED.get(action, ()) else ""
    return MAILS[DEFAULTS[action].mail] + always


def _files(found: Set[str]) -> str:
    return ", ".join(f"`{module}.py`" for module in sorted(found))


def _named(node: ast.AST) -> Iterator[str]:
    """Actions that a statement names, but for those that it only compares with or puts into a text."""
    if isinstance(node, ast.Compare | ast.JoinedStr):
        return
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == ENUM:
        yield node.attr
    for child in ast.iter_child_nodes(node):
        yield from _named(child)


def _users(trees: Mapping[str, ast.Module], tree: ast.Module, node: ast.stmt) -> set[str]:
    """Modules of services that use a rule: call its function, or its class without the field that names an action."""
    rules, fields = {_name(node)}, set()
    if isinstance(node, ast.ClassDef):
        fields = {_name(one) for one in node.body if list(_named(one))}
    else:
        rules |= {one.name for one in tree.body if isinstance(one, ast.FunctionDef) and rules & _names_in(one)}
    return {
        path
        for path, other in trees.items()
        if "/services/" in path
        for call in ast.walk(other)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in rules
        and not fields & {one.arg for one in call.keywords}
    }


def _users_of_class(module: str) -> set[str]:
    """Modules of services that are given the class which is named after the module."""
    name = "".join(word.title() for word in module.rpartition("/")[2].split("_"))
    dotted = f"chalicelib.{module.replace('/', '.')}"
    return {
        path
        for path, tree in modules().items()
        if "/services/" in path
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == dotted and name in {one.name for one in node.names}
    }


def _name(node: ast.stmt) -> str:
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return node.name
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    return target.id if isinstance(target, ast.Name) else ""


def _names_in(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
