"""The environment of jobs: this package, with the parameters of each template."""

import json

from jupyter_scheduler.environments import EnvironmentManager
from jupyter_scheduler.models import RuntimeEnvironment

from forecasting.publish.parameter_schema import schema_of
from forecasting.publish.parameters import TEMPLATES

FORMATS = {"html": "Report", "ipynb": "Executed notebook", "json": "Every number of the report"}


class ReportEnvironment(EnvironmentManager):
    """The only environment; its `metadata` holds the JSON Schema of the parameters of each template."""

    def list_environments(self) -> list[RuntimeEnvironment]:
        """A list of one: this package."""
        return [
            RuntimeEnvironment(
                name="forecasting",
                label="Reports of forecasting",
                description="Renders a report template with typed parameters, as `forecasting report` does.",
                file_extensions=["ipynb"],
                output_formats=list(FORMATS),
                metadata={name: json.dumps(schema_of(name)) for name in TEMPLATES},
            )
        ]

    def manage_environments_command(self) -> str:
        """An empty command: environments are not managed."""
        return ""

    def output_formats_mapping(self) -> dict[str, str]:
        """Labels of the output files by file extension."""
        return FORMATS
