import psutil
from flask import Flask

app = Flask(__name__)


@app.get("/")
def front():
    seen = {
        "memory": psutil.virtual_memory().total > 0,
        "processors": psutil.cpu_count() > 0,
        "interfaces": "lo" in psutil.net_if_addrs(),
        "traffic": psutil.net_io_counters() is not None,
        "only own processes": 1 not in psutil.pids(),
    }
    return " ".join(name for name, ok in seen.items() if ok)
