"""``headwater time-code``: what to show the camera so that a recording proves it is newer than a block."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headwater.cli.options import AsOption, HomeOption, JsonOption, emit, session_of
from headwater.cli.printing import console

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("time-code")(time_code)


def time_code(
    out: Annotated[Path, typer.Argument(help="The statement to write: time_code.json in the recording's folder.")],
    name: AsOption,
    camera: Annotated[str, typer.Option(help="The camera that will see the code, as the recording names it.")],
    at: Annotated[
        float, typer.Option(min=0, help="When it will, seconds from the start; looked for 1 s around.")
    ] = 1.0,
    episode: Annotated[int, typer.Option(min=0, help="Which episode of the recording.")] = 0,
    png: Annotated[Path | None, typer.Option(help="Also write the code as a picture.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """A code made from the newest final block and your address: show it to the camera.

    Nobody could know it earlier, so the recording is newer than the block; its anchor proves that it is older than
    another.
    """
    import cv2

    from headwater.checks.time_code import code_text, statement, symbol
    from headwater.primitives.appearing import write_new
    from headwater.primitives.errors import HeadwaterError

    session = session_of(home)
    who, chain = bytes.fromhex(session.signer(name).address[2:]), session.contracts.chain
    block = chain.final_block()
    text = code_text(chain.chain_id, block.number, block.hash, who)
    at_ms = round(at * 1000)
    told = statement(chain.chain_id, block.number, block.hash, who, camera=camera, at_ms=at_ms, episode=episode)
    picture = symbol(text)
    try:
        if png:
            write_new(png, cv2.imencode(".png", picture.repeat(12, 0).repeat(12, 1))[1].tobytes())
        try:
            write_new(out, (json.dumps(told, indent=1) + "\n").encode())
        except OSError:
            if png:
                png.unlink()
            raise
    except OSError as error:
        place = error.filename2 or error.filename or out
        raise HeadwaterError(f"{place}", actual=error.strerror, fix="name a new file in a folder that exists") from None
    if as_json:
        emit({"code": text, **told})
        return
    console().print("\n".join(_blocks(picture)))
    console().print(f"{text}  block {block.number} of chain {chain.chain_id}; show it to {camera}, {at:g} s in")


def _blocks(picture: NDArray[np.uint8]) -> list[str]:
    """Two modules a character, light as blocks: for a dark terminal."""
    import numpy as np

    light = np.pad(picture > 127, ((0, len(picture) % 2), (0, 0)), constant_values=True).tolist()
    rows = zip(light[::2], light[1::2], strict=True)
    return ["".join(" ▀▄█"[top + 2 * below] for top, below in zip(*pair, strict=True)) for pair in rows]
