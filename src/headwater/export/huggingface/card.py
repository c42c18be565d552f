"""The card of a dataset: ``README.md`` with the YAML that the Hugging Face Hub and ``datasets`` read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HUB_LICENCES = frozenset(
    {"apache-2.0", "mit", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "cc-by-2.0",
     "odc-by", "odbl", "pddl", "bsd-3-clause", "cdla-permissive-2.0", "cdla-sharing-1.0"}
)  # fmt: skip
_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"),
          (10**8, "10M<n<100M"), (10**9, "100M<n<1B"))  # fmt: skip


@dataclass(frozen=True)
class Provenance:
    """Where a dataset comes from and what may be done with it.

    Attributes:
        title: for people.
        licence: the Hub's identifier (``cc-by-4.0``) or the name of another licence (``hw-research-1``).
        licence_text: written to ``LICENSE`` if given.
        campaign: the campaign, dataset and version it was published under, or where the recordings are from.
        authors: for the citation.
        year: for the citation; empty if not known.
        locator: a CID or another name that finds it again, for the citation.
    """

    title: str = "Robot recordings"
    licence: str = "unknown"
    licence_text: str = ""
    campaign: str = ""
    authors: tuple[str, ...] = ()
    year: str = ""
    locator: str = ""

    def citation(self) -> str:
        """BibTeX, without a DOI: nobody registered one."""
        key = re.sub(r"\W+", "-", self.title.lower(), flags=re.ASCII).strip("-") or "dataset"
        lines = {
            "title": self.title,
            "author": " and ".join(self.authors),
            "year": self.year,
            "howpublished": self.locator,
            "note": "; ".join(part for part in (self.campaign, f"licence {self.licence}") if part),
        }
        body = ",\n".join(f"  {name} = {{{value}}}" for name, value in lines.items() if value)
        return f"@misc{{{key},\n{body}\n}}"


@dataclass(frozen=True)
class Config:
    """One table of the dataset, as ``datasets`` configures it.

    Attributes:
        name: of the configuration; files: glob pattern.
        features: column to feature, as ``datasets`` writes them (``features_of``).
        rows, size_bytes, file_bytes: in the split ``train``; of the columns in memory; of the files.
        about: a sentence for the card.
    """

    name: str
    files: str
    features: Mapping[str, Mapping[str, Any]]
    rows: int
    size_bytes: int
    file_bytes: int
    about: str


def card(provenance: Provenance, configs: Sequence[Config], facts: Mapping[str, Any], rows: int) -> str:
    """The text of ``README.md``; ``facts`` are shown as a table; ``rows`` decide the size category."""
    listed = "\n".join(f"| `{c.name}` | {c.rows} | {c.about} |" for c in configs)
    told = "\n".join(f"- {name}: {value}" for name, value in facts.items() if value)
    loads = "\n".join(
        f'{c.name} = load_dataset(FOLDER, "{c.name}", split="train", streaming=True)' for c in configs[:2]
    )
    videos = facts.get("cameras with video")
    if videos:
        loads += '\nclips = load_dataset("videofolder", data_dir=f"{FOLDER}/videos", split="train", streaming=True)'
    return f"""---
{_yaml(front_matter(provenance, configs, rows))}---

# {provenance.title}

{told}

## Tables

| configuration | rows | |
|---|---|---|
{listed}

```python
from datasets import load_dataset

{loads}
```

Times named `t_ns` are nanoseconds from the start of the episode, exact. Rows of one episode stand together, in order.

## Provenance

{provenance.campaign or "Not given."}

## Licence

{provenance.licence}{". See LICENSE." if provenance.licence_text else ""}

## Citation

```bibtex
{provenance.citation()}
```
"""


def front_matter(provenance: Provenance, configs: Sequence[Config], rows: int) -> dict[str, Any]:
    """The YAML as a dict."""
    known = provenance.licence.lower() in HUB_LICENCES
    licence: dict[str, Any] = {"license": provenance.licence.lower() if known else "other"}
    if not known:
        licence["license_name"] = re.sub(r"[^a-z0-9.-]+", "-", provenance.licence.lower()).strip("-") or "unknown"
        if provenance.licence_text:
            licence["license_link"] = "LICENSE"
    return {
        "pretty_name": provenance.title,
        **licence,
        "task_categories": ["robotics"],
        "tags": ["robotics", "headwater"],
        "size_categories": [next((name for limit, name in _SIZES if rows < limit), "n>1T")],
        "configs": [
            {"config_name": c.name, "data_files": [{"split": "train", "path": c.files}]}
            | ({"default": True} if place == 0 else {})
            for place, c in enumerate(configs)
        ],
        "dataset_info": [
            {
                "config_name": c.name,
                "features": [{"name": name, **_yaml_feature(feature)} for name, feature in c.features.items()],
                "splits": [{"name": "train", "num_bytes": c.size_bytes, "num_examples": c.rows}],
                "download_size": c.file_bytes,
                "dataset_size": c.size_bytes,
            }
            for c in configs
        ],
    }


def yaml_text(value: Mapping[str, Any]) -> str:
    """Block YAML of a card's front matter."""
    return _yaml(value)


def _yaml_feature(feature: Mapping[str, Any]) -> dict[str, Any]:
    if feature["_type"] == "Sequence":
        inside = _yaml_feature(feature["feature"])
        return {"sequence": inside["dtype"] if set(inside) == {"dtype"} else inside}
    return {"dtype": feature["dtype"] if feature["_type"] == "Value" else feature["_type"].lower()}


def _yaml(value: Any, indent: str = "") -> str:
    """Block YAML of dicts, lists and scalars; scalars as JSON, which YAML includes."""
    lines = []
    pairs = value.items() if isinstance(value, Mapping) else (("-", item) for item in value)
    for key, item in pairs:
        head = f"{indent}-" if key == "-" and not isinstance(value, Mapping) else f"{indent}{json.dumps(key)}:"
        if isinstance(item, Mapping | list) and item:
            inside = _yaml(item, f"{indent}  ")
            if head.endswith("-"):
                lines.append(f"{head} {inside.lstrip()}")
            else:
                lines.append(f"{head}\n{inside}")
        else:
            lines.append(f"{head} {json.dumps(item, ensure_ascii=False)}\n")
    return "".join(lines)
