"""``python -m training.tables``: the tables of ``docs/models.md`` and ``training/README.md``, from the manifests.

What stands between the lines ``<!-- NAME -->`` and ``<!-- /NAME -->`` is written anew, so that no page claims anything
the shipped models do not say of themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from app.base.paths import bundled_models_dir
from app.runtime.catalog import Catalog
from app.runtime.manifest import Manifest, Metric

ROOT = Path(__file__).resolve().parents[1]


def metric_table(metrics: list[Metric]) -> str:
    """The metrics as a Markdown table: published anchor beside ours."""
    lines = ["| metric | published | ours | samples | measured on |", "|---|---|---|---|---|"]
    for metric in metrics:
        anchor = f"{metric.published:g} ({metric.source})" if metric.published is not None else "–"
        name = f"{metric.name} ({metric.unit}, {metric.better} is better)"
        lines.append(f"| {name} | {anchor} | {metric.ours:.4g} | {metric.samples:,} | {metric.measured_on} |")
    return "\n".join(lines)


def measured(manifests: list[Manifest]) -> str:
    """A heading and a table of metrics for each model."""
    return "\n\n".join(
        f"### `{manifest.id}`\n\n{manifest.summary}\n\n{metric_table(manifest.metrics)}" for manifest in manifests
    )


def trainings(manifests: list[Manifest]) -> str:
    """One line for each model: command, data and licence, hardware, hours, the first metric reached."""
    lines = [
        "| model | command | data, licence | hardware | hours | steps | reached |",
        "|---|---|---|---|---|---|---|",
    ]
    for manifest in manifests:
        how = manifest.training
        if how is None:
            continue
        first = manifest.metrics[0]
        reached = f"{first.name}: {first.ours:.4g} {first.unit}"
        cells = [
            f"`{manifest.id}`",
            f"`{how.command}`",
            f"{how.data}; {how.licence}",
            how.hardware,
            f"{how.hours:.1f}",
            f"{how.steps:,}",
            reached,
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


PAGES: dict[str, tuple[str, Callable[[list[Manifest]], str]]] = {
    "docs/models.md": ("measured", measured),
    "training/README.md": ("trainings", trainings),
}


def bundled() -> list[Manifest]:
    """The manifests of the shipped models, in order of studio and id."""
    found = [entry.manifest for entry in Catalog(bundled_models_dir()).entries() if entry.manifest is not None]
    return sorted(found, key=lambda manifest: (manifest.studio, manifest.id))


def renewed(text: str, name: str, table: str) -> str:
    """*text* with *table* between the marks of *name*. Raises ValueError where they are missing."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"no marks of “{name}”")
    return pattern.sub(lambda found: f"{found[1]}\n{table}\n\n{found[2]}", text)


def pages() -> dict[Path, str]:
    """Each page as it should read."""
    manifests = bundled()
    return {
        ROOT / page: renewed((ROOT / page).read_text(encoding="utf8"), name, make(manifests))
        for page, (name, make) in PAGES.items()
    }


def write() -> None:
    """Write each page."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf8")


if __name__ == "__main__":
    write()
