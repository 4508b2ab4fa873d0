"""The document of speeds has a place for each table that a benchmark fills."""

import re
from pathlib import Path


def test_every_table_has_its_place_and_its_script(repository: Path) -> None:
    text = (repository / "docs" / "speed.md").read_text(encoding="utf-8")
    opened = re.findall(r"<!-- (\w+) -->", text)
    assert opened == re.findall(r"<!-- /(\w+) -->", text) == ["requests", "ann", "scale", "encoders"]
    scripts = re.findall(r"python (benchmarks/\w+\.py)", text)
    assert len(scripts) == len(opened)
    for name, script in zip(opened, scripts, strict=True):
        assert f'write_table(options.markdown, "{name}"' in (repository / script).read_text(encoding="utf-8") or (
            f'write_table(arguments.markdown, "{name}"' in (repository / script).read_text(encoding="utf-8")
        )
