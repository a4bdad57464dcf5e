"""Settings of the site: `python -m sphinx -W -b html docs build/site` makes it, offline."""

import sys
from pathlib import Path

import forecasting

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE / "extensions")]
from founding_case import founding_chances  # noqa: E402 - found on the path that the line above extends
from record_size import record_size  # noqa: E402

project = "forecasting"
author = "The forecasting maintainers"
copyright = "the forecasting maintainers; code BSD 3-Clause, record CC BY 4.0"
release = version = forecasting.__version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "repository_links",
    "mathml",
    "scorecard",
    "examples",
    "rooms",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["extensions", "images", "style"]

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "substitution"]
myst_substitutions = record_size() | founding_chances()
myst_heading_anchors = 4
default_role = "py:obj"

add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"
OF_SCIKIT_LEARN = "set_fit_request, set_predict_request, set_score_request"
autodoc_default_options = {"members": True, "show-inheritance": False, "exclude-members": OF_SCIKIT_LEARN}
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True

html_theme = "pydata_sphinx_theme"
html_title = "forecasting"
html_static_path = ["style"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_math_renderer = "mathml"
html_sidebars = {page: [] for page in ("index", "get_started", "how_good")}
html_theme_options = {
    "logo": {"text": "forecasting"},
    "show_prev_next": True,
    "header_links_before_dropdown": 6,
    "navbar_align": "left",
    "navbar_persistent": ["search-button"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "navigation_depth": 3,
    "show_toc_level": 2,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
