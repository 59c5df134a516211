"""Streams files out of a wheel, member by member, never the whole file in memory.

unpack_wheel.py WHEEL TARGET           what the engine needs of a TensorFlow or CUDA wheel
unpack_wheel.py WHEEL TARGET PREFIX    every file below PREFIX
"""

import os
import sys
import zipfile

HEADERS = (
    "include/tensorflow/c/",
    "include/tensorflow/core/platform/ctstring",
    "include/tensorflow/tsl/platform/ctstring",
    "include/tsl/platform/ctstring",
    "include/tsl/c/",
    "include/xla/tsl/c/",
    "include/external/local_tsl/tsl/platform/ctstring",
    "include/external/local_xla/xla/tsl/c/",
)


def destination(name):
    """Path below TARGET for a member, or None for one that is not needed."""
    base = os.path.basename(name)
    if name.startswith("nvidia/") and "/lib/" in name and base:
        return name
    if not name.startswith("tensorflow/"):
        return None
    inner = name[len("tensorflow/") :]
    if "/" not in inner and base.startswith(("libtensorflow_cc.", "libtensorflow_framework.")):
        return "lib/" + base
    return inner if base and inner.startswith(HEADERS) else None


def below(prefix):
    return lambda name: name[len(prefix) :] if name.startswith(prefix) and not name.endswith("/") else None


def copy(source, sink, parent):
    while chunk := source.read(1 << 20):
        # Whoever started this was killed: it would only write into what the next one clears away.
        if os.getppid() != parent:
            sys.exit(1)
        sink.write(chunk)


def main(wheel, target, prefix=None):
    parent = os.getppid()
    select = destination if prefix is None else below(prefix)
    with zipfile.ZipFile(wheel) as archive:
        for info in archive.infolist():
            path = select(info.filename)
            if path is None or ".." in path.split("/"):
                continue
            if os.getppid() != parent:
                sys.exit(1)
            full = os.path.join(target, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with archive.open(info) as source, open(full, "wb") as sink:
                copy(source, sink, parent)


main(*sys.argv[1:])
