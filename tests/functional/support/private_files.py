"""System files that one program finds and nobody else: it runs in a mount namespace of its own, where they stand in place of
the machine's. Takes root, or a kernel that lets users make namespaces."""
import os
import pathlib
import shutil
import sys

_PRIVATE_MOUNTS = pathlib.Path(__file__).with_name("private_mounts.py")
_MOUNT = 'while [ "$1" != -- ]; do mount --bind "$1" "$2" || exit; shift 2; done; shift; exec "$@"'


def with_files(scratch, files):
    """What stands before a command that is to find `files`, {path: text}, whose folders need not be there. `scratch` is a
    folder that is empty or not there, and stays for as long as the command runs."""
    if not files:
        return []
    scratch = pathlib.Path(scratch)
    mounts = {}  # a place, and what is seen there
    paths = {pathlib.Path(path): text for path, text in files.items()}
    for path, text in sorted(paths.items(), key=lambda item: item[0].is_file()):  # whole folders first
        place = next((folder for folder in mounts if folder in path.parents), None)
        place = place or (path if path.is_file() else next(folder for folder in path.parents if folder.is_dir()))
        if place not in mounts:
            mounts[place] = scratch / str(len(mounts))
            if place.is_dir():
                shutil.copytree(place, mounts[place], symlinks=True)
        seen = mounts[place] / path.relative_to(place) if place.is_dir() else mounts[place]
        seen.parent.mkdir(parents=True, exist_ok=True)
        seen.write_text(text)
    as_root = [] if os.geteuid() == 0 else ["unshare", "--map-root-user"]
    arguments = [str(part) for place, seen in mounts.items() for part in (seen, place)]
    return [*as_root, sys.executable, str(_PRIVATE_MOUNTS), "sh", "-c", _MOUNT, "sh", *arguments, "--"]
