"""What the code in an artefact's key is: what fits, not what reports."""

import shutil

from forecasting.artefacts import code_sha256
from forecasting.artefacts.key import FITTING
from forecasting.store.code_hash import PACKAGE, modules_sha256


def test_the_hash_of_the_fit_is_of_this_package_and_of_what_fits_not_of_what_reports(tmp_path):
    package = shutil.copytree(PACKAGE, tmp_path / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__"))
    assert modules_sha256(FITTING, package) == code_sha256()
    hashes = {code_sha256()}
    for name in ("models/hazard.py", "features/tempo.py", "forecasts/forecast.py", "artefacts/format.py"):
        path = package / name
        path.write_bytes(path.read_bytes() + b"MORE = 1\n")
        hashes.add(modules_sha256(FITTING, package))
    assert len(hashes) == 5
    for name in ("documents/page.py", "record/questionnaire.py", "__init__.py"):
        path = package / name
        path.write_bytes(path.read_bytes() + b"MORE = 1\n")
    assert modules_sha256(FITTING, package) in hashes
