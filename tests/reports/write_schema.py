"""`python -m tests.reports.write_schema`: the published schema, from the types as they are now."""

import json

from reports.schema import FILE, schema

if __name__ == "__main__":
    FILE.write_text(json.dumps(schema(), indent=2) + "\n", encoding="utf-8")
