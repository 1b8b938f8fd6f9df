"""A package beside the one that `make deb` has made."""
import re
import subprocess


def newer(package, folder):
    """The same package with a later version."""
    content = folder / "content"
    subprocess.run(["dpkg-deb", "-R", package, content], check=True, timeout=600)
    control = content / "DEBIAN/control"
    control.write_text(re.sub(r"^Version: .*", lambda line: line[0] + "+later", control.read_text(), flags=re.M))
    later = folder / "later.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", content, later], check=True, timeout=600, stdout=subprocess.DEVNULL)
    return later
