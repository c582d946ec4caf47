"""Says now and then that it is there."""

import os
import pathlib
import time

said = pathlib.Path(os.environ["STATE_DIRECTORY"], "worker.said")
for n in range(10**9):
    said.write_text(os.environ["NAME"])
    time.sleep(0.2)
