"""The JSON Schema of the configuration, for editors that complete and check while one types."""

import json
from typing import Any

from service.settings.configuration import Configuration

FILE = "erosion.schema.json"


def configuration_schema() -> dict[str, Any]:
    """Return the schema of one file; a key may stand in any file, so none is required here."""
    schema = Configuration.model_json_schema()
    schema.pop("required", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Revenue Erosion Alert System, configuration",
    }


def schema_text() -> str:
    """Return the schema as the shipped file holds it."""
    return json.dumps(configuration_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
