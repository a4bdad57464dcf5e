import ast
import subprocess
import sys
from functools import cache
from types import ModuleType

import pytest

import forecasting
from forecasting.artefacts.key import FITTING
from forecasting.store.code_hash import imported, imported_modules, modules, reachable

MODULES = modules()
LAYERS = [
    {"store"},
    {"record", "models", "scores"},
    {"streams"},
    {"features"},
    {"forecasts"},
    {"artefacts", "backtest"},
    {"explain", "ledger", "reading", "review"},
    {""},
    {"documents"},
    {"publish"},
    {"verify", "explorer"},
    {"cli"},
    {"__main__"},
]
ONLY_UNDER = {
    "threadpoolctl": ("forecasting.models.threads",),
    "sklearn": ("forecasting.models", "forecasting.scores"),
    "statsmodels": ("forecasting.models", "forecasting.scores"),
    "papermill": ("forecasting.publish.engine",),
    "ipykernel": ("forecasting.publish.kernel_server",),
    "jupyter_client": ("forecasting.publish.engine", "forecasting.publish.kernels"),
    "cronsim": ("forecasting.publish.schedule.times",),
    "jupyter_scheduler": ("forecasting.publish.lab_jobs",),
    "psutil": ("forecasting.publish.lab_jobs",),
    "matplotlib": ("forecasting.documents.figures",),
    "jinja2": ("forecasting.documents.html",),
    "markupsafe": ("forecasting.documents.html",),
    "ipywidgets": (
        "forecasting.explorer.widgets",
        "forecasting.explorer.form",
        "forecasting.explorer.event_form",
        "forecasting.explorer.news_reader",
    ),
    "ibis": ("forecasting.streams",),
    "duckdb": ("forecasting.streams",),
    "pyspark": ("forecasting.streams.spark",),
    "dask": ("forecasting.store.executor",),
    "distributed": ("forecasting.store.executor",),
    "sentencex": ("forecasting.reading.sentences",),
    "typer": ("forecasting.cli",),
}
GRANTED = {("forecasting.forecasts.fit", "sklearn.base.clone")}
LONGEST_MODULE = 500


def room(module):
    """The first part of a module's name below the package; empty for the package itself, which holds the public names."""
    return [*module.split("."), ""][1]


@cache
def tree_of(path):
    return ast.parse(path.read_bytes())


def layer(module):
    return next(rank for rank, rooms in enumerate(LAYERS) if room(module) in rooms)


def imports_of(path):
    return set(imported_modules(tree_of(path), MODULES))


def upward_imports(module, path):
    own = (layer(module), room(module))
    return {one for one in imports_of(path) if layer(one) >= own[0] and room(one) != own[1]}


def strayed_imports(module, path):
    """Module and name of each import of a library that belongs elsewhere."""
    names = imported(tree_of(path))
    return {(module, name) for name in names if not module.startswith(ONLY_UNDER.get(name.split(".")[0], (module,)))}


def test_every_module_has_a_layer():
    assert {room(module) for module in MODULES} <= set().union(*LAYERS)


def test_a_module_imports_only_from_below_or_from_its_own_room():
    assert {(module, one) for module, path in MODULES.items() for one in upward_imports(module, path)} == set()


def test_a_library_is_imported_only_where_it_belongs():
    assert {found for module, path in MODULES.items() for found in strayed_imports(module, path)} - GRANTED == set()


def test_a_module_fits_on_a_few_screens():
    lengths = {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in MODULES.items()}
    assert {module: n for module, n in lengths.items() if n > LONGEST_MODULE} == {}


def test_what_fits_and_what_writes_models_reach_no_higher_than_the_artefacts():
    reached = {room(module) for module in reachable(FITTING)}
    fits = LAYERS[: LAYERS.index({"forecasts"}) + 1]
    assert reached == set().union(*fits) - {"scores", "streams"} | {"artefacts"}


def test_an_import_that_skips_upwards_or_sideways_is_seen(tmp_path):
    sideways = tmp_path / "sideways.py"
    sideways.write_text(
        "def fit():\n    from forecasting.record import history\n    import forecasting.models.incidence\n"
    )
    assert upward_imports("forecasting.models.sideways", sideways) == {"forecasting.record.history"}
    assert upward_imports("forecasting.store.files", sideways) == {
        "forecasting.record.history",
        "forecasting.models.incidence",
    }


def test_an_import_of_a_library_where_it_does_not_belong_is_seen(tmp_path):
    path = tmp_path / "module.py"
    path.write_text("import numpy\n\n\ndef fit():\n    from sklearn.base import clone\n")
    assert strayed_imports("forecasting.store.module", path) == {("forecasting.store.module", "sklearn.base.clone")}
    assert strayed_imports("forecasting.models.module", path) == set()


def test_public_names_exist_and_are_not_the_rooms_they_stand_in():
    assert not any(isinstance(getattr(forecasting, name), ModuleType) for name in forecasting.__all__)
    assert set(forecasting.__all__) <= set(dir(forecasting))
    with pytest.raises(AttributeError, match="module 'forecasting' has no attribute 'forcast'"):
        forecasting.forcast  # noqa: B018


HELP = """
import sys
from forecasting.cli import app

app(["--help"], standalone_mode=False)
print("loaded:", *{module.split(".")[0] for module in sys.modules} & {HEAVY}, file=sys.stderr)
"""
HEAVY = {"pandas", "scipy", "sklearn", "statsmodels", "matplotlib", "papermill", "pydantic", "joblib"}


@pytest.mark.parametrize(("first", "loaded"), [("", "loaded:\n"), ("import joblib\n", "loaded: joblib\n")])
def test_help_waits_for_no_library_of_tables_or_models(first, loaded):
    program = first + HELP.replace("{HEAVY}", str(HEAVY))
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stderr == loaded
