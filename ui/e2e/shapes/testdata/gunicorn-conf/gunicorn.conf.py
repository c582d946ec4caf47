import os

bind = "0.0.0.0:5000"
workers = 1
threads = 2
timeout = 90
reuse_port = True
daemon = True
pidfile = "/run/gunicorn.pid"
errorlog = "/var/log/gunicorn/error.log"


def post_fork(server, worker):
    os.environ["HOOK"] = "ran"
