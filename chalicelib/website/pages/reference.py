"""The API reference as a page. Called by routes/docs.py; uses the styles of web/public/css."""

from typing import Any

_TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Marquee API</title>
<link rel="stylesheet" href="/static/css/base.css">
<link rel="stylesheet" href="/static/css/parts.css">
</head>
<body>
<main class="wrap reference">
<h1>Marquee API</h1>
<p>{{ info.description }} The machine-readable form is <a href="/api/v1/openapi.json">openapi.json</a>.</p>
<nav aria-label="Resources"><ul>
{%- for tag in tags %}<li><a href="#{{ tag }}">{{ tag }}</a></li>{% endfor -%}
</ul></nav>
{% for tag, operations in tags.items() %}
<section><h2 id="{{ tag }}">{{ tag }}</h2>
{% for path, method, operation in operations %}
<article><h3><code>{{ method|upper }} {{ path }}</code></h3>
<p>{{ operation.summary }}
{%- if operation.security %} ·
{{ "optional sign-in" if operation.security|length > 1 else "needs sign-in" }}{% endif %}</p>
{% if operation.parameters %}<p>Takes
{%- for parameter in operation.parameters %}
 <code>{{ parameter.name }}</code>{{ "," if not loop.last }}
{%- endfor %}.</p>
{% endif %}
<p>Answers {{ operation.responses|join(", ") }}.</p></article>
{% endfor %}</section>
{% endfor %}
<section><h2 id="schemas">Schemas</h2>
{% for name, schema in schemas.items() %}
<details id="schema-{{ name }}"><summary><code>{{ name }}</code></summary><pre>{{ schema|tojson(2) }}</pre></details>
{% endfor %}</section>
</main>
</body>
</html>
"""


def render(document: dict[str, Any]) -> str:
    """Returns the page for an OpenAPI document."""
    import jinja2

    tags: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method != "head":
                tags.setdefault(operation["tags"][0], []).append((path, method, operation))
    template = jinja2.Environment(autoescape=True, trim_blocks=True).from_string(_TEMPLATE)
    return template.render(info=document["info"], tags=tags, schemas=document["components"]["schemas"])
