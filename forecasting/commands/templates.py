"""The templates of reports and what each takes."""

import json


def print_templates(template: str | None, as_json: bool) -> None:
    """Print the parameters of one template or of all."""
    from forecasting.publish.parameters import TEMPLATES, template_named
    from forecasting.publish.spec import parameters_of, schema_of

    kinds = [TEMPLATES[name] for name in ([template_named(template)] if template is not None else TEMPLATES)]
    if as_json:
        print(json.dumps({kind.command: schema_of(kind.command) for kind in kinds}, indent=1))
        return
    for kind in kinds:
        print(kind.command)
        for one in parameters_of(kind.command):
            default = f" [{one.default}]" if one.default else ""
            print(f"  {one.name:14} {one.kind:24} {one.description}{default}")
