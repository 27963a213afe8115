"""Generates the tables of docs/notifications.md: every action, when and to whom it is sent, and what produces it.

When and to whom comes from the docstring of the action in notifications/domain/notification.py. A producer is a module
of services that names the action, except in a comparison, or that calls a rule of the domain that names it. Called by
generate.py.
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
    """Returns the generated parts of the page by name."""
    made = producers(modules())
    composers = sorted({module for found in made.values() for module in found})
    writers = [[f"`{one}.py`", _files(_users_of_class(one) or {one})] for one in composers]
    return {
        "actions": actions(explained(modules()[ACTIONS_MODULE]), made),
        "producers": table(("composed by", "written by"), writers),
    }


def actions(said: Mapping[str, tuple[str, str]], made: Mapping[str, Set[str]]) -> str:
    """Returns the table of actions. Raises ValueError for an action without producer or docstring, or an
    unknown one.
    """
    names = {action.name for action in NotificationAction}
    if lacking := sorted(names ^ made.keys() | names ^ said.keys()):
        raise ValueError(f"no producer, no line under the name, or no such action: {lacking}")
    rows = [[f"`{one.value}`", *said[one.name], _mail(one), _files(made[one.name])] for one in NotificationAction]
    return table(("action", "when", "to whom", "mail, unless changed", "produced by"), rows)


def producers(trees: Mapping[str, ast.Module]) -> dict[str, set[str]]:
    """Returns the modules of services that produce each action, by the action's name in the enumeration."""
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
    """Returns (when, to whom) of each action, from its docstring `"when. To: whom."`."""
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
    """Yields the actions that a statement names, except in comparisons and f-strings."""
    if isinstance(node, ast.Compare | ast.JoinedStr):
        return
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == ENUM:
        yield node.attr
    for child in ast.iter_child_nodes(node):
        yield from _named(child)


def _users(trees: Mapping[str, ast.Module], tree: ast.Module, node: ast.stmt) -> set[str]:
    """Returns the modules of services that use a rule: that call its function, or create its class without passing the
    field that names an action.
    """
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
    """Returns the modules of services that import the class which is named after the module."""
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
