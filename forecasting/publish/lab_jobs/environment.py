"""The one environment in which jobs run: this package, with the parameters that each template takes."""

import json

from jupyter_scheduler.environments import EnvironmentManager
from jupyter_scheduler.models import RuntimeEnvironment

from forecasting.publish.parameters import TEMPLATES
from forecasting.publish.parameter_schema import schema_of

FORMATS = {"html": "Report", "ipynb": "Executed notebook", "json": "Every number of the report"}


class ReportEnvironment(EnvironmentManager):
    """Says what can be asked for; `metadata` holds a JSON Schema of the parameters of each template."""

    def list_environments(self) -> list[RuntimeEnvironment]:
        """The package itself."""
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
        """None."""
        return ""

    def output_formats_mapping(self) -> dict[str, str]:
        """The files of a report by their ending, in words."""
        return FORMATS
