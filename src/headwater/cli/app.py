"""The command line: one file per command group, no logic here or there.

Every error is one line with a fix and exit code 2 or more; HEADWATER_TRACEBACK=1 shows where it came from.
"""

from __future__ import annotations

import os
import sys

import typer
from typer.exceptions import Abort, Exit, TyperException

from headwater.cli import (
    audit,
    campaign,
    check,
    claim,
    convert,
    dataset,
    demo,
    deploy,
    dispute,
    governance,
    holder,
    juror,
    keys,
    label,
    network,
    redact,
    review,
    search,
    settle,
    simulate,
    submit,
    time_code,
    value,
    wallet,
    watch,
)
from headwater.primitives.errors import HeadwaterError

REFUSED, BROKEN, INTERRUPTED = 2, 3, 130

app = typer.Typer(
    name="headwater",
    help="The open network for AI training data.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (
    demo, network, wallet, campaign, check, time_code, redact, submit, label, watch, review, settle, claim, dataset,
    convert, search, audit, holder, keys, deploy, governance, dispute, juror, simulate, value,
):  # fmt: skip
    group.register(app)


def main() -> None:
    """Entry point of ``headwater``."""
    sys.exit(run(sys.argv[1:]))


def run(args: list[str]) -> int:
    """Runs one command line; its exit code."""
    try:
        result = app(args, prog_name="headwater", standalone_mode=False)
    except Exit as stop:
        return stop.exit_code
    except TyperException as error:
        return _said(usage, REFUSED) if (usage := _usage(error)) else REFUSED
    except (KeyboardInterrupt, Abort):
        sys.stderr.write("interrupted; nothing is lost, run it again to go on\n")
        return INTERRUPTED
    except HeadwaterError as error:
        return _said(error.line(), REFUSED)
    except BrokenPipeError:
        return 0
    except OSError as error:
        return _said(
            f"{error.filename or 'system'}: {error.strerror}. Fix: check the path and its permissions", REFUSED
        )
    except Exception as error:
        return _said(f"unexpected {type(error).__name__}: {error}. Fix: report it with HEADWATER_TRACEBACK=1", BROKEN)
    return result if isinstance(result, int) else 0


def _usage(error: TyperException) -> str:
    """A misused command in one line (typer's own box has five); empty if help was printed in its place."""
    said = error.format_message().rstrip(".") if hasattr(error, "format_message") else str(error)
    context = getattr(error, "ctx", None)
    where = context.command_path if context else "headwater"
    return f"{said}. Fix: see '{where} --help'" if said else ""


def _said(line: str, code: int) -> int:
    if os.environ.get("HEADWATER_TRACEBACK"):
        raise  # called from an except block
    sys.stderr.write("error: " + " ".join(line.split()) + "\n")
    return code
