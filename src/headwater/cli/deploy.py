"""``headwater deploy``, ``headwater deployment``: contracts on any chain, and proof of what is there."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headwater.cli.options import HomeOption, JsonOption, emit, home_of, say
from headwater.cli.printing import table

if TYPE_CHECKING:
    from headwater.chain.deploy import Plan
    from headwater.chain.deployment import Deployment, Profile
    from headwater.chain.signer import KeySigner
    from headwater.node.home import Home

group = typer.Typer(
    help="What stands on a chain: check it, or make the bundle explorers ask for.", no_args_is_help=True
)


class ProfileName(StrEnum):
    """Which floors the windows get."""

    local = "local"
    public = "public"


RpcOption = Annotated[str | None, typer.Option("--rpc-url", help="Address of the chain's node.")]
FileOption = Annotated[
    Path | None, typer.Option("--file", help="Deployment file; default the one of the home's network.")
]


def register(app: typer.Typer) -> None:
    """Adds the command and the group."""
    app.command("deploy")(deploy)
    app.add_typer(group, name="deployment")


def deploy(
    rpc_url: Annotated[str, typer.Option(help="Address of the chain's node.")],
    keystore: Annotated[Path, typer.Option(help="Key file (Web3 v3) of the account that pays and deploys.")],
    password_file: Annotated[
        Path | None, typer.Option(help="File with the key file's password; asked on the terminal without it.")
    ] = None,
    profile: Annotated[ProfileName, typer.Option(help="Windows of days, or of seconds.")] = ProfileName.public,
    treasury: Annotated[
        str | None, typer.Option(help="Receives the network fee at first; default the timelock, so governance.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write; default the home's deployments/CHAINID.json.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    home: HomeOption = None,
) -> None:
    """Put the contracts on a chain. Says what it will do and cost, and asks. Run again after any interruption."""
    from headwater.chain.deploy import carry_out, plan
    from headwater.chain.deployment import PROFILES
    from headwater.chain.rpc import Chain
    from headwater.primitives.ids import checksum_address

    chain, chosen = Chain(rpc_url), PROFILES[profile]
    receiver = checksum_address(treasury) if treasury else None
    path = (out or home_of(home).deployments / f"{chain.chain_id}.json").absolute()
    journal = path.with_name(f"{path.stem}.deploying.json")
    if path.exists():
        _standing(rpc_url, path, chosen, receiver)
        journal.unlink(missing_ok=True)
        typer.echo(path)
        return
    signer = _unlocked(keystore, password_file)
    made = plan(chain, signer.address, chosen, treasury=receiver, journal=journal)
    _show(made)
    made.check_funded()
    if not yes and not _agreed():
        say("nothing was sent")
        raise typer.Exit(1)
    carry_out(chain, signer, made, journal=journal, say=say).write(path)
    journal.unlink(missing_ok=True)
    typer.echo(path)


@group.command("check")
def check(
    file: FileOption = None, rpc_url: RpcOption = None, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Hold every contract against what was built: code, what it was made with, how it was created. Exit 1 names it."""
    from headwater.chain.rpc import Chain
    from headwater.chain.verify import verify

    url = rpc_url or _network_url(home_of(home))
    checked = verify(Chain(url), _deployment(home_of(home), file))
    if as_json:
        emit([{"contract": one.name, "address": one.address, "wrong": one.wrong} for one in checked])
    else:
        table(("contract", "address", ""), [(one.name, one.address, one.wrong or "as built") for one in checked], "")
    if any(one.wrong for one in checked):
        raise typer.Exit(1)


@group.command("bundle")
def bundle(
    out: Annotated[Path, typer.Option(help="Folder to write; new or empty.")],
    file: FileOption = None,
    home: HomeOption = None,
) -> None:
    """Write what explorers ask for: compiler input, version, name and constructor arguments of each contract."""
    from headwater.chain.bundle import write

    for folder in write(_deployment(home_of(home), file), out):
        typer.echo(folder)


def _deployment(home: Home, file: Path | None) -> Deployment:
    from headwater.chain.deployment import load, read
    from headwater.node.local import read_network

    return read(file) if file else load(home.deployments, read_network(home).chain_id)


def _network_url(home: Home) -> str:
    from headwater.node.local import read_network

    return read_network(home).rpc_url


def _standing(rpc_url: str, path: Path, profile: Profile, treasury: str | None) -> None:
    """Says that all of a file stands, or refuses to deploy beside it."""
    from headwater.chain.deployment import read
    from headwater.chain.errors import NotDeployedError
    from headwater.chain.rpc import Chain
    from headwater.chain.verify import verify

    found = read(path)
    wrong = [f"{one.name} {one.wrong}" for one in verify(Chain(rpc_url), found) if one.wrong]
    if found.profile != profile:
        wrong.append(f"profile {found.profile.name}")
    if treasury and found.treasury != treasury:
        wrong.append(f"treasury {found.treasury}")
    if wrong:
        fix = "name another file with --out, or move this one away, to deploy another network"
        raise NotDeployedError(f"deployment file {path}", actual="; ".join(wrong), fix=fix)
    say(f"all {len(found.contracts)} contracts stand; nothing to do")


def _unlocked(keystore: Path, password_file: Path | None) -> KeySigner:
    """The key, with a password from the file or the terminal, and from nowhere else."""
    from headwater.chain.errors import KeystoreError
    from headwater.chain.signer import KeySigner

    if password_file:
        try:
            password = password_file.read_text().rstrip("\r\n")
        except (OSError, ValueError):
            raise KeystoreError(f"password file {password_file}", actual="unreadable", fix="name a text file") from None
    elif not keystore.exists():  # before a password is asked for it
        raise KeystoreError(f"key file {keystore}", actual="absent", fix="create it, or name the right one")
    elif not sys.stdin.isatty():
        fix = "run it on a terminal, or give --password-file"
        raise KeystoreError(f"password of {keystore}", actual="no terminal to ask on", fix=fix)
    else:
        password = typer.prompt(f"Password of {keystore}", hide_input=True, err=True, default="", show_default=False)
    return KeySigner.from_keystore(keystore, password)


def _agreed() -> bool:
    from headwater.node.errors import HomeError

    if not sys.stdin.isatty():
        raise HomeError("consent to deploy", actual="no terminal to ask on", fix="read the plan and add --yes")
    return typer.confirm("Deploy?", err=True)


def _show(made: Plan) -> None:
    """The plan, in words."""
    from headwater.primitives.amounts import from_units

    site, fixed = made.site, made.site.profile
    say(f"chain {site.chain_id}; {site.deployer} pays, and has {from_units(made.balance, 18)}")
    known = {site.deployer: " (the same account)", site["HeadwaterTimelock"]: " (the timelock: governance spends it)"}
    say(f"treasury {site.treasury}{known.get(site.treasury, '')} receives the network fee until governance moves it")
    say(f"{site.deployer} receives all network tokens, and so every vote until it gives some away")
    say(f"profile {fixed.name}: no campaign's windows may be shorter than (and no vote makes that shorter than)")
    names = ("settle", "challenge", "lapse", "the pools of a version wait", "an epoch waits")
    spans = [
        f"{name} {_span(first)} ({_span(floor)})"
        for name, first, floor in zip(names, fixed.windows, fixed.floors, strict=True)
    ]
    say("  " + ", ".join(spans[:3]))
    say("  " + ", ".join(spans[3:]))
    delay, period = fixed.voting
    say(f"  a vote begins after {_span(delay)}, lasts {_span(period)} and is carried out {_span(fixed.timelock)} later")
    say(f"  unbonding takes {_span(fixed.unbonding)}, for good")
    if fixed.local_dollar:
        say("  with a dollar its deployer mints at will: for tests only, never where money is real")
    for step in made.steps:
        say(f"  {step.name:17} {step.address}  " + ("stands" if step.stands else f"{step.gas:>10,} gas"))
    now, most = (from_units(made.gas * price, 18) for price in (made.fees.now, made.fees.most))
    say(f"{made.gas:,} gas: {now} of the chain's coin at the present price, {most} at most")


def _span(seconds: int) -> str:
    for unit, size in (("days", 86_400), ("hours", 3_600)):
        if seconds >= 2 * size and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"
