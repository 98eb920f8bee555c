"""The library's functions from a shell, for scripts and cron jobs.

``python -m fiftyone_milvus --help`` lists the commands. Which Milvus is used, and with
which credentials, is configured by environment variables as everywhere.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

import click

import fiftyone_milvus as api

if TYPE_CHECKING:
    from collections.abc import Iterator

    import fiftyone as fo

OUT_OF_DATE = 3  # the exit code of health


def main() -> None:
    commands(prog_name="python -m fiftyone_milvus")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Milvus indexes of FiftyOne datasets.

    Exit codes: 0 done, 1 failed (the error says why), 2 wrong arguments, 3 (health) the
    index is out of date.
    """


def command(function: Callable[..., Any]) -> click.Command:
    """A command that prints, with --json, only what the function returns as JSON."""
    named = click.command(function.__name__.removesuffix("_"))
    option = click.option("as_json", "--json", is_flag=True, help="Print JSON alone.")
    made: click.Command = named(option(function))
    commands.add_command(made)
    return made


def of_index(function: Callable[..., Any]) -> Callable[..., Any]:
    """A command about one index of a dataset."""
    return click.argument("dataset")(click.argument("key")(function))


@command
@of_index
@click.option("--model", help="A model of FiftyOne's zoo that embeds the images.")
@click.option("--field", help="The field that has the embeddings.")
@click.option("--patches", metavar="FIELD", help="Index the patches of this field.")
@click.option("--view", metavar="NAME", help="Index this saved view alone.")
@click.option(
    "--metric",
    type=click.Choice(["cosine", "dotproduct", "euclidean"]),
    default="cosine",
    show_default=True,
)
def build(
    dataset: str,
    key: str,
    model: str | None,
    field: str | None,
    patches: str | None,
    view: str | None,
    metric: str,
    as_json: bool,
) -> None:
    """Build the index KEY of DATASET, or finish a build that was stopped."""
    with _reported(as_json) as show:
        built = api.build(
            _samples(dataset, view),
            key,
            api.Source(model=model, embeddings_field=field),
            patches_field=patches,
            metric=metric,
            progress=not as_json,
        )
        text = f"{built.rows:,} vectors, {built.embedded:,} of them new"
        if built.failures:
            first = built.failures[0]
            text += f"; {built.failed:,} failed, such as {first.id}: {first.reason}"
        show(built, text)


@command
@of_index
@click.option("--text", multiple=True, help="What to search for; may be repeated.")
@click.option("--id", "ids", multiple=True, help="A sample or patch to be similar to.")
@click.option("-k", default=25, show_default=True, help="How many results.")
@click.option("--view", metavar="NAME", help="Search this saved view alone.")
def search(
    dataset: str,
    key: str,
    text: tuple[str, ...],
    ids: tuple[str, ...],
    k: int,
    view: str | None,
    as_json: bool,
) -> None:
    """Search the index KEY of DATASET; a line has an id, its score and its file."""
    with _reported(as_json) as show:
        terms = (
            *(api.Term(text=each) for each in text),
            *(api.Term(id=each) for each in ids),
        )
        found = api.search(_samples(dataset, view), key, api.Query(terms), k)
        rows = found.to_dataframe()[["id", "score", "filepath"]].itertuples(index=False)
        lines = [f"{id_}\t{score:.4f}\t{path}" for id_, score, path in rows]
        show(found.to_dict(), "\n".join(lines) or "No results.")


@command
@of_index
@click.option("--dry-run", is_flag=True, help="Count only, and change nothing.")
def sync(dataset: str, key: str, dry_run: bool, as_json: bool) -> None:
    """Bring the index KEY of DATASET up to date."""
    with _reported(as_json) as show:
        done = api.sync(_dataset(dataset), key, dry_run=dry_run, progress=not as_json)
        show(done, done.message)


@command
@of_index
def health(dataset: str, key: str, as_json: bool) -> None:
    """Check whether the index KEY of DATASET is up to date."""
    with _reported(as_json) as show:
        found = api.health(_dataset(dataset), key, progress=not as_json)
        show({"healthy": found.healthy, **asdict(found)}, found.message)
    if not found.healthy:
        sys.exit(OUT_OF_DATE)


@command
def collections(as_json: bool) -> None:
    """List the collections of the Milvus in use."""
    with _reported(as_json) as show:
        found = api.list_collections()
        lines = [
            f"{each.name}\t{each.state}\t"
            + ("unknown" if each.rows is None else f"{each.rows:,}")
            for each in found
        ]
        show(found, "\n".join(lines) or "There are no collections.")


@command
@of_index
@click.option(
    "--to", required=True, metavar="ADDRESS", help="Such as http://host:19530."
)
def move(dataset: str, key: str, to: str, as_json: bool) -> None:
    """Move the index KEY of DATASET to another Milvus. The old collection stays."""
    with _reported(as_json) as show:
        done = api.move(_dataset(dataset), key, {"uri": to}, progress=not as_json)
        text = f"{done.rows:,} vectors are at {done.address} now."
        show(done, " ".join(filter(None, (text, done.note))))


@command
@of_index
@click.argument("path", type=click.Path(dir_okay=False))
@click.option("--overwrite", is_flag=True, help="Replace an earlier export.")
def export(dataset: str, key: str, path: str, overwrite: bool, as_json: bool) -> None:
    """Export the index KEY of DATASET to the Parquet file PATH."""
    with _reported(as_json) as show:
        done = api.export_index(
            _dataset(dataset), key, path, overwrite=overwrite, progress=not as_json
        )
        show(done, f"{done.rows:,} vectors, {done.bytes:,} bytes")


@command
@of_index
@click.argument("path", type=click.Path(exists=True, dir_okay=False))
def import_(dataset: str, key: str, path: str, as_json: bool) -> None:
    """Import the Parquet file PATH as the new index KEY of DATASET."""
    with _reported(as_json) as show:
        done = api.import_index(_dataset(dataset), key, path, progress=not as_json)
        text = f"{done.rows:,} vectors, {done.skipped:,} skipped"
        show(done, ". ".join(filter(None, (text, done.note))))


@contextmanager
def _reported(as_json: bool) -> Iterator[Callable[[Any, str], None]]:
    """Gives a function that prints a result as JSON or else as a text, and nothing else
    is printed: what FiftyOne says, and progress, goes to standard error. An error for
    people is one line."""
    from .errors import VectorSearchError

    out = sys.stdout

    def show(result: Any, text: str) -> None:
        shown = json.dumps(_plain(result), default=str) if as_json else text
        click.echo(shown, file=out)

    try:
        # not sys.stderr, which FiftyOne's progress bars can't take for it
        with open(2, "w", closefd=False) as errors, redirect_stdout(errors):
            yield show
    except VectorSearchError as e:
        raise click.ClickException(str(e)) from e


def _dataset(name: str) -> fo.Dataset:
    import fiftyone as fo

    from .errors import InvalidRequest

    if not fo.dataset_exists(name):
        raise InvalidRequest(
            f"There is no dataset '{name}'. `fiftyone datasets list` shows all."
        )
    return fo.load_dataset(name)


def _samples(name: str, view: str | None) -> fo.SampleCollection:
    from .errors import InvalidRequest

    dataset = _dataset(name)
    if view is None:
        return dataset
    if not dataset.has_saved_view(view):
        raise InvalidRequest(f"The dataset '{name}' has no saved view '{view}'.")
    return dataset.load_saved_view(view)


def _plain(result: Any) -> Any:
    if isinstance(result, list):
        return [_plain(each) for each in result]
    if is_dataclass(result) and not isinstance(result, type):
        return asdict(result)
    return result


if __name__ == "__main__":
    main()
