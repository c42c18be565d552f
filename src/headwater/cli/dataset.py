"""``headwater publish``, ``buy``, ``load``, ``export``, ``withdraw``: from accepted episodes to a training set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headwater.cli.conforming import AsRecordedOption, ConventionsOption, SpecOption, written
from headwater.cli.convert import DEFAULT, FormOption, exported, writer
from headwater.cli.options import AsOption, CampaignOption, HomeOption, JsonOption, Session, emit, say, session_of
from headwater.cli.printing import console, progress
from headwater.cli.references import item_of, version_of

if TYPE_CHECKING:
    from headwater.chain.signer import KeySigner
    from headwater.client.buy import Delivered

VersionArgument = Annotated[str, typer.Argument(metavar="DATASET[@V]", help="Dataset, and version if not the latest.")]
OutOption = Annotated[Path, typer.Option("--out", help="A folder that is not there yet, or empty.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    for name, command in (("publish", publish), ("buy", buy), ("load", load), ("export", export)):
        app.command(name)(command)
    app.command("withdraw")(withdraw)


def publish(
    campaign: CampaignOption,
    price: Annotated[list[str], typer.Option(help="TOKENS or TOKENS:SECONDS of use; again for more offers.")],
    name: AsOption = "operator",
    description: Annotated[str, typer.Option(help="A sentence for buyers.")] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish the next version of a campaign's dataset from everything final and accepted. Prints DATASET@VERSION."""
    from headwater.node.operator.publishing import publish

    session = session_of(home)
    terms = session.network.ledger().campaign(campaign).terms
    prices = tuple(_price(session, terms.token, text) for text in price)
    made = publish(session.desk(name), campaign, description, prices)
    if as_json:
        version = made.version
        emit({"dataset": version.dataset, "version": version.number, "episodes": version.episodes})
    else:
        say(f"{made.version.episodes} episodes, {len(prices)} offers")
        typer.echo(f"{made.version.dataset}@{made.version.number}")


def buy(
    dataset: VersionArgument,
    name: AsOption,
    offer: Annotated[int, typer.Option(min=0, help="Which offer, see 'headwater show dataset'.")] = 0,
    purpose: Annotated[str, typer.Option(help="What you declare to use it for, see 'headwater show dataset'.")] = "",
    region: Annotated[str, typer.Option(help="Where you declare to use it: a code such as DE.")] = "",
    max_price: Annotated[str | None, typer.Option(help="Refuse to pay more, in whole tokens.")] = None,
    to: Annotated[str, typer.Option(help="Wallet or account that gets the licence; you pay.")] = "",
    with_origin: Annotated[
        bool, typer.Option("--with-origin", help="Of labels: also the licence for the pictures they are of.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Buy a licence in one transaction. What you declare stands on chain for everyone to read."""
    from headwater.client.buy import buy
    from headwater.primitives.amounts import to_units

    number, version = version_of(dataset)
    session = session_of(home)
    token = session.network.ledger().version(number, version).version.token
    limit = None if max_price is None else to_units(max_price, session.decimals(token))
    signer = session.signer(name)
    if with_origin:
        _buy_both(session, signer, (number, version, offer), limit, (purpose, region), as_json=as_json)
        return
    holder = _account(session, to)
    bought = buy(session.network, signer, number, version, offer, limit, purpose=purpose, region=region, to=holder)
    price = session.money(token, bought.price)
    if as_json:
        emit({"licence": str(bought.licence), "price": price, "purpose": bought.purpose, "region": bought.region,
              "gas_used": bought.gas_used, "block": bought.block})  # fmt: skip
    else:
        say(f"paid {price}, {bought.gas_used} gas; declared {bought.purpose} in {bought.region}")
        typer.echo(f"licence {bought.licence}")


def load(
    dataset: VersionArgument, name: AsOption, out: OutOption, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Get the keys, decrypt a bought version here, and say how to read it."""
    from headwater.export import demand_free

    number, version = version_of(dataset)
    session = session_of(home)
    target = demand_free(out)
    got = deliver_to(session, name, number, version, target)
    if as_json:
        folders = [
            {"path": str(e.source.root), "index": e.source.index, "format": e.source.format} for e in got.episodes
        ]
        emit({"out": str(target), "episodes": folders, "faults": [[f.holder, f.reason] for f in got.faults]})
        return
    console().print(f"{len(got.episodes)} episodes in {target}. To read one:\n")
    console().print(
        f"    from headwater.export import load\n    for sample in load({str(got.episodes[0].source.root)!r}):"
    )
    console().print("        print(sample.frame_index, sample.values, sample.images)")


def export(
    source: Annotated[str, typer.Argument(metavar="DATASET[@V]|PATH", help="A bought version, or a recording.")],
    out: OutOption,
    name: Annotated[str | None, typer.Option("--as", help="Wallet that holds the licence.")] = None,
    form: FormOption = DEFAULT,
    spec: SpecOption = None,
    conventions: ConventionsOption = None,
    as_recorded: AsRecordedOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a training set in the campaign's names, units and rate; video is copied wherever that is possible."""
    import tempfile

    from headwater.client.errors import ClientError
    from headwater.client.provenance import provenance_of
    from headwater.client.spec_file import read_spec
    from headwater.client.training import asked_of
    from headwater.export import demand_free
    from headwater.formats import open_recording

    target = demand_free(out)
    if Path(source).exists():
        recording, wanted = open_recording(Path(source)), read_spec(spec) if spec else None
        made, how = written(writer(form, len(recording)), recording.episodes, target, wanted, conventions)
    else:
        number, version = version_of(source)
        if name is None:
            raise ClientError("--as", actual="not given", fix="name the wallet that holds the licence")
        session = session_of(home)
        session.home.work.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="export-", dir=session.home.work) as work:
            got = deliver_to(session, name, number, version, Path(work) / "plain")
            if _labelled(session, name, (number, version), got, Path(work), target, as_json=as_json):
                return
            about, asked = provenance_of(session.network, number, version), asked_of(session.network, number, version)
            wanted = None if as_recorded else read_spec(spec) if spec else asked.spec
            made, how = written(
                writer(form, len(got.episodes), about), got.episodes, target, wanted, conventions, asked.contributions
            )
    exported(made, form, as_json, how)


def withdraw(
    item: Annotated[str, typer.Argument(help="CAMPAIGN/ITEM or the contribution's digest.")],
    name: AsOption,
    home: HomeOption = None,
) -> None:
    """Withdraw your consent for a clip: no buyer gets its key any more, for ever."""
    from headwater.client.withdraw import withdraw

    session = session_of(home)
    campaign, number = item_of(session.network, item)
    tx = withdraw(session.network, session.signer(name), campaign, number)
    say(f"consent for item {campaign}/{number} is withdrawn; past sales stay claimable")
    typer.echo(tx)


def _account(session: Session, to: str) -> str:
    """A wallet of this home by name, or an address; empty for oneself."""
    from headwater.primitives.ids import checksum_address

    if not to:
        return ""
    return session.signer(to).address if to in session.wallets.names() else checksum_address(to)


def _buy_both(
    session: Session,
    signer: KeySigner,
    wanted: tuple[int, int, int],
    limit: int | None,
    use: tuple[str, str],
    *,
    as_json: bool,
) -> None:
    from headwater.client.labels.buying import buy_with_origin, quote

    purpose, region = use
    legs = quote(session.network, signer.address, *wanted, purpose=purpose, region=region)
    for what, leg in zip(("pictures", "labels"), legs, strict=True):
        price = "held already, not paid again" if leg.held else session.money(leg.token, leg.price)
        say(f"{what}: dataset {leg.dataset}@{leg.number}, offer {leg.offer}: {price}")
    for token in dict.fromkeys(leg.token for leg in legs):
        total = sum(leg.price for leg in legs if leg.token == token and not leg.held)
        say(f"to pay together: {session.money(token, total)}")
    made = buy_with_origin(session.network, signer, legs, limit, purpose=purpose, region=region)
    rows = [
        {
            "dataset": leg.dataset,
            "version": leg.number,
            "licence": str(one.licence) if one else "",
            "price": session.money(leg.token, one.price if one else 0),
            "held": one is None,
        }
        for leg, one in zip(legs, made, strict=True)
    ]
    if as_json:
        emit(rows)
        return
    for row in rows:
        typer.echo(f"licence {row['licence']}" if row["licence"] else f"dataset {row['dataset']}: held already")


def _labelled(
    session: Session, name: str, wanted: tuple[int, int], got: Delivered, work: Path, target: Path, *, as_json: bool
) -> bool:
    """Writes a version of labels with its pictures; false of any other version."""
    from headwater.client.labels.joining import joined
    from headwater.client.provenance import provenance_of
    from headwater.export import export_labelled
    from headwater.records.dataset import DatasetManifest, LabelDatasetManifest

    version = session.network.ledger().version(*wanted).version
    manifest = session.network.record(DatasetManifest, session.network.cid_of(version.manifest))
    if not isinstance(manifest, LabelDatasetManifest):
        return False
    origin = (manifest.origin_dataset, manifest.origin_version)
    pictures = deliver_to(session, name, *origin, work / "origin")
    by_name = dict(zip(pictures.contributions, pictures.episodes, strict=True))
    sheets = dict(zip(got.contributions, got.episodes, strict=True))
    kind, items = joined(session.network, manifest, sheets, by_name, pictures.withdrawn)
    about = provenance_of(session.network, *wanted)
    of = provenance_of(session.network, *origin)
    text = "\n\n".join((f"Labels:\n{about.licence_text}", f"Pictures:\n{of.licence_text}"))
    campaign = f"{about.campaign}\nPictures: {of.campaign} {of.locator}"
    licence = about.licence if about.licence == of.licence else f"{about.licence}, {of.licence}"
    about = replace(about, licence=licence, licence_text=text, campaign=campaign)
    made = export_labelled(kind, items, target, provenance=about)
    exported(made, "pictures with labels", as_json)
    return True


def deliver_to(session: Session, name: str, dataset: int, version: int, target: Path) -> Delivered:
    """Decrypts into ``target``, which appears only when all of it is there."""
    import tempfile

    from headwater.client.buy import deliver, held_licence
    from headwater.export import place
    from headwater.formats import open_recording

    signer = session.signer(name)
    licence = held_licence(session.network, signer.address, dataset, version)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as work:
        plain = Path(work) / "plain"
        with progress("decrypting") as advance:
            shown = lambda done, of: advance(f"episode {done}", done, of)  # noqa: E731
            got = deliver(session.network, signer, dataset, version, licence, plain, shown)
        places = [(target / e.source.root.relative_to(plain), e.source.index) for e in got.episodes]
        place(plain, target)
    if got.withdrawn:
        say(f"{len(got.withdrawn)} clips left out: their consent was withdrawn")
    for fault in got.faults:
        say(f"key holder {fault.holder}: {fault.reason}")
    return replace(got, episodes=tuple(open_recording(root)[index] for root, index in places))


def _price(session: Session, token: str, text: str) -> tuple[int, int]:
    """Units and seconds of ``25`` or ``25:86400``."""
    from headwater.client.errors import ClientError
    from headwater.primitives.amounts import to_units

    amount, _, seconds = text.partition(":")
    if seconds and not seconds.isdecimal():
        raise ClientError("--price", actual=text, allowed="TOKENS or TOKENS:SECONDS", fix="write it like 25:86400")
    return to_units(amount, session.decimals(token)), int(seconds or 0)
