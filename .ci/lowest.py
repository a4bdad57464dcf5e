"""Print constraints that pin every dependency in pyproject.toml, extras included, to its lowest declared version."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
declared = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
for requirement in declared:
    if not requirement.startswith(f"{project['name']}["):
        name, lowest = re.fullmatch(r"([\w-]+)(?:\[\w+\])?>=([\w.]+)(?:,.*)?", requirement).groups()
        print(f"{name}=={lowest}")
