"""A tenant's own look: a stylesheet and templates that stand beside the common ones."""

import shutil
from pathlib import Path

import pytest

from hook.testing.hooks import NOTICE, MakeHook
from hook.testing.visitor import Visitor

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A deployment with folders of its own."""
    for folder in ("static", "templates"):
        shutil.copytree(ROOT / folder, tmp_path / "deployed" / folder)
    monkeypatch.setattr("hook._ROOT", tmp_path / "deployed")
    return tmp_path / "deployed"


def test_a_tenant_without_a_look_of_its_own_has_the_common_one(
    root: Path, make_hook: MakeHook
) -> None:
    assert "tenants/" not in Visitor(make_hook(NOTICE)).arrive().html


def test_a_stylesheet_of_the_tenant_comes_after_the_common_one(
    root: Path, make_hook: MakeHook
) -> None:
    (root / "static/tenants").mkdir()
    (root / "static/tenants/kauri.css").write_text(":root { --accent: #123456; }")
    html = Visitor(make_hook(NOTICE)).arrive().html
    assert 0 < html.index("/static/hook.css?v=") < html.index("/static/tenants/kauri.css?v=")


def test_a_template_of_the_tenant_stands_in_for_the_common_one(
    root: Path, make_hook: MakeHook
) -> None:
    own = root / "templates/tenants/kauri/steps/notice.html"
    own.parent.mkdir(parents=True)
    own.write_text('{% extends "step.html" %}{% block text %}Haere mai!{% endblock %}')
    page = Visitor(make_hook(NOTICE)).arrive()
    assert "Haere mai!" in page.text
    assert page.step == "welcome"
