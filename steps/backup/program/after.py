"""What follows once other data is live and before the swap counts as done: a command, and with it maybe another release."""

from dataclasses import dataclass, field

import run
from say import Failure
from settings import is_release

RELEASE, FIRST = "--release", "--first"


@dataclass(frozen=True)
class After:
    """A command. It has release take the traffic; without one it runs before the app starts, as release commands do."""

    command: list[str] = field(default_factory=list)
    release: str = ""

    @classmethod
    def of(cls, words: list[str]) -> "After":
        """What the words say: nothing, "--first -- COMMAND..." or "--release RELEASE -- COMMAND..."."""
        match words:
            case []:
                return cls()
            case ["--first", "--", *command] if command:
                return cls(command)
            case ["--release", release, "--", *command] if command and is_release(release):
                return cls(command, release)
        raise Failure(f"after the first word there may be {FIRST} or {RELEASE} RELEASE, then -- and a command")

    def run(self) -> None:
        """Runs the command. What it prints is printed."""
        process = run.subprocess.Popen(self.command, env={**run.ENVIRONMENT, "HOME": "/root"}, cwd="/", stdin=run.subprocess.DEVNULL)
        try:
            if process.wait(1800) != 0:
                what = f"the release {self.release} did not take the traffic with this data" if self.release else "the release command failed with this data"
                raise Failure(f"{what}: {run.ending(process.returncode, None)}", "slipway logs shows why")
        except BaseException:
            process.kill()
            process.wait()
            raise
