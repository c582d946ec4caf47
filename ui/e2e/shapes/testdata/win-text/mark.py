import os
import pathlib
import time

pathlib.Path(os.environ["STATE_DIRECTORY"], "mark").write_text("was here")
time.sleep(10**6)
