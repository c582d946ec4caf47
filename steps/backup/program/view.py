"""restic sees only what it needs: the dump, the app's files, and what programs need to run.

The app can change its own files while they are read. A folder that becomes a link to somewhere else leads nowhere in
this view, so nothing but the app's own data can end in a backup. The view goes with the process.
"""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import run
from settings import Settings

SHOWN = ("/usr", "/etc/ssl/certs", "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/passwd", "/etc/group", "/dev/null",
         "/dev/urandom")
LINKS = ("bin", "sbin", "lib", "lib64")

# The words are the root, and then for each place what is shown there, where, and whether it can be written to.
SCRIPT = """
root=$1 links=$2
shift 2
mount -t tmpfs -o mode=755,size=4m,nosuid,nodev none "$root"
for link in $links; do ln -s "usr/$link" "$root/$link"; done
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mkdir -p "$root$2"; else mkdir -p "$(dirname "$root$2")"; : >"$root$2"; fi
  mount --bind "$1" "$root$2"
  [ "$3" = write ] || mount -o remount,bind,ro "$root$2"
  shift 3
done
shift
mount -t tmpfs -o ro none "$root/usr/local" # others' programs may have secrets there
mkdir -p "$root/tmp"
exec chroot "$root" "$@"
"""


@dataclass
class View:
    """What restic sees beside the system's programs: what, where, and whether it may write there."""

    settings: Settings
    places: list[tuple[str, str, bool]] = field(default_factory=list)
    # The app can't guess this name, so it can't have a link in its files lead there.
    hidden: str = field(default_factory=lambda: "/" + secrets.token_hex(16))

    def show(self, what: str | Path, at: str, write: bool = False) -> str:
        """Has a file or folder be there; gives where."""
        self.places.append((str(what), at, write))
        return at

    def hide(self, what: str | Path) -> str:
        """Has a file with a secret be where only restic finds it; gives where."""
        return self.show(what, f"{self.hidden}/{os.path.basename(what)}")

    def words(self, command: list[str]) -> list[str]:
        """The words that run a command in the view. It ends when the program does."""
        root = run.folder(Path(self.settings.work, "view"))
        shown = [(place, place, False) for place in SHOWN if os.path.exists(place)]
        places = [word for what, at, write in [*shown, *self.places] for word in (what, at, "write" if write else "read")]
        links = " ".join(link for link in LINKS if os.path.islink("/" + link))
        script = ["/bin/sh", "-euc", SCRIPT, "sh", str(root), links, *places, "--", *command]
        return ["setpriv", "--pdeathsig", "KILL", "--", "unshare", "--mount", "--propagation", "private", "--", *script]
