"""Sign a file of waivers or acceptances: adds a signature over its exact bytes to FILE.sig.

Any later change of the file leaves the signature behind, and the approval is a mere claim again.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from flightrules.cli.approvals import PAYLOAD_TYPE, signature_path
from flightrules.cli.discover import read_file
from flightrules.cli.keygen import passphrase_from
from flightrules.cli.outputs import write_file
from flightrules.errors import ExitCode

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("file", metavar="FILE", help="such as .flightrules/waivers.yml")
    parser.add_argument("--key", required=True, metavar="KEY", help="the approver's private key")
    parser.add_argument("--passphrase-env", metavar="VARIABLE", help="variable with the key's passphrase")


def execute(arguments: Namespace) -> int:
    """Sign and keep the signatures that are of the same bytes."""
    from flightrules.ledger.envelope import parse_bundle, sign
    from flightrules.ledger.key_files import load_private_key

    data = read_file(arguments.file, what="file")
    passphrase = passphrase_from(arguments.passphrase_env)
    key = load_private_key(read_file(arguments.key, what="key"), passphrase=passphrase, name=arguments.key)
    target = signature_path(arguments.file)
    known = parse_bundle(read_file(target, what="signature"), name=target) if os.path.exists(target) else []
    fresh = sign(data, PAYLOAD_TYPE, [key])
    kept = [one for one in known if one.payload == data and one.signatures != fresh.signatures]
    write_file(target, b"".join(one.to_json() + b"\n" for one in (*kept, fresh)))
    print(f"signed {arguments.file} by {key.keyid[:16]}: {len(kept) + 1} signatures in {target}")
    return int(ExitCode.GO)
