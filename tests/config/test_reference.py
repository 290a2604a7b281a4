"""docs/configuration.md says exactly what the settings are."""

from pathlib import Path

from lacuna.config import schema
from lacuna.config.reference import markdown


def test_the_page_is_the_generated_text(root: Path) -> None:
    page = (root / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert page == markdown(), "write lacuna.config.reference.markdown() to docs/configuration.md"


def test_every_setting_is_described() -> None:
    text = markdown()
    for setting in schema.settings().values():
        assert setting.field.description, setting.key
        assert f"| `{setting.key}` |" in text
        assert all(f"`{name}`" in text for name in setting.variables)
