"""HTTP face of a key holder: ``POST /batch`` for a version, ``POST /release`` one by one, ``GET /health``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from starlette.concurrency import run_in_threadpool

from headwater.node.holder import HolderService
from headwater.node.repair_http import from_plain
from headwater.node.repairing import Helping, RepairCall
from headwater.primitives import canonical
from headwater.primitives.errors import HeadwaterError
from headwater.records import codec
from headwater.records.batch import BatchRelease, SignedBatch
from headwater.records.envelope import KeyEnvelope
from headwater.records.errors import RecordError
from headwater.records.release import Release, SignedReleaseRequest
from headwater.vault import Ask, VaultError
from headwater.vault.remote import MAX_BATCH, MEDIA_TYPE

MAX_BODY_BYTES = 16 << 20


def holder_app(service: HolderService) -> FastAPI:
    """The app of one holder."""
    helping = Helping(service, service.contracts)
    app = FastAPI(title="Headwater key holder", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"holder": service.keys.address, "status": "ok"}

    @app.post("/release")
    async def release(request: Request) -> Response:
        asks = _asks(await _body(request))
        try:
            replies = await run_in_threadpool(service.ask, asks)
        except HeadwaterError as error:
            raise HTTPException(503, error.line()) from None
        return Response(canonical.encode([_plain(reply) for reply in replies]), media_type=MEDIA_TYPE)

    @app.post("/batch")
    async def batch(request: Request) -> Response:
        signed = _signed(await _body(request))
        try:
            reply = await run_in_threadpool(service.ask_batch, signed)
        except RecordError as error:
            raise HTTPException(422, error.line()) from None
        except HeadwaterError as error:
            raise HTTPException(503, error.line()) from None
        return Response(canonical.encode(_plain(reply)), media_type=MEDIA_TYPE)

    @app.post("/repair/deal")
    async def repair_deal(request: Request) -> Response:
        call, _ = _repair(await _body(request))
        return await _helped(lambda: helping.deal(call))

    @app.post("/repair/sum")
    async def repair_sum(request: Request) -> Response:
        call, pieces = _repair(await _body(request))
        return await _helped(lambda: helping.add_up(call, pieces))

    return app


async def _helped(work: Callable[[], Any]) -> Response:
    try:
        return Response(canonical.encode(await run_in_threadpool(work)), media_type=MEDIA_TYPE)
    except VaultError as error:
        raise HTTPException(403, error.line()) from None
    except HeadwaterError as error:
        raise HTTPException(503, error.line()) from None


def _repair(body: bytes) -> tuple[RepairCall, list[bytes]]:
    try:
        return from_plain(canonical.decode(body))
    except (canonical.CanonicalError, RecordError) as error:
        raise HTTPException(422, error.line()) from None


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413, f"body above {MAX_BODY_BYTES} bytes: ask in smaller batches")
    return bytes(body)


def _asks(body: bytes) -> list[Ask]:
    try:
        rows = canonical.decode(body)
        if not isinstance(rows, list) or not 0 < len(rows) <= MAX_BATCH:
            raise HTTPException(422, f"a list of 1 to {MAX_BATCH} requests is expected")
        return [_ask(row) for row in rows]
    except (canonical.CanonicalError, RecordError) as error:
        raise HTTPException(422, error.line()) from None


def _ask(row: Any) -> Ask:
    if not isinstance(row, dict) or set(row) != {"signed", "envelope"}:
        raise RecordError("request", allowed="a map of signed and envelope")
    return Ask(codec.from_plain(SignedReleaseRequest, row["signed"]), KeyEnvelope.from_record(row["envelope"]))


def _signed(body: bytes) -> SignedBatch:
    try:
        return codec.decode(SignedBatch, body)
    except (canonical.CanonicalError, RecordError) as error:
        raise HTTPException(422, error.line()) from None


def _plain(reply: Release | BatchRelease | str) -> dict[str, Any]:
    return {"refused": reply} if isinstance(reply, str) else {"release": codec.to_plain(reply)}
