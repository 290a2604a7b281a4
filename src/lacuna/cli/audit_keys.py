"""`lacuna audit key`, `rotate-key`, `rotate-hmac-key`: the ledger's keys."""

from lacuna.cli.output import AsJson, DataDir, out, overrides, print_json, run


def key(data_dir: DataDir = None) -> None:
    """Print the log's public key as a verifier key (name, key id and key), to be kept with those who check."""
    from lacuna.wiring.build import open_application

    async def work() -> str:
        async with open_application(overrides(data_dir), passages_needed=False) as application:
            return application.audit.public_key()

    out.print(run(work), markup=False)


def rotate_key(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Give the log a new signing key, with a record signed by the old key and the new; no server may be running."""
    from lacuna.wiring.build import cli_principal
    from lacuna.wiring.rotation import rotate_signing_key

    until, fresh = run(lambda: rotate_signing_key(overrides(data_dir), cli_principal()))
    if as_json:
        print_json({"until": until, "key": fresh})
        return
    out.print(f"The old key signed up to {until} records; from now on signs", markup=False)
    out.print(fresh, markup=False)


def rotate_hmac_key(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Name texts under a new HMAC key from now on; the old ones are kept to recognise what was named before. No server
    may be running."""
    from lacuna.wiring.build import cli_principal
    from lacuna.wiring.rotation import rotate_hmac_key

    old, new = run(lambda: rotate_hmac_key(overrides(data_dir), cli_principal()))
    if as_json:
        print_json({"old": old, "new": new})
        return
    out.print(f"Texts are named under the key {new} from now on; {old} is kept to recognise older ones.", markup=False)
