"""Writing stops and reading goes on, for as long as the data goes elsewhere; then all is as it was.

nginx passes on what only reads, the processes beside the app rest, and the databases refuse the app's writes, also
in connections that were there before. Nothing of it restarts the app. What is done is written down before.
"""

import json
import os
import time
from pathlib import Path

import exchange
import mariadb
import postgres
import run
import say
import sources
import units
from say import Failure
from settings import Settings

FILE = "still.json"
GATE = "slipway-still.conf"
LAPSE = "slipway-still-lapse"
PATIENCE = 15  # seconds for what writes already
# nginx reads it where it reads the release's limits.
NGINX = """# Written by slipway, for as long as the app is read-only.
error_page 503 @slipway_still;
if ($request_method !~ ^(GET|HEAD|OPTIONS)$) {
	return 503;
}
if ($http_upgrade) {
	return 503;
}
location @slipway_still {
	default_type text/plain;
	add_header Retry-After 30 always;
	return 503 "The site is read-only for a moment: it moves to another server.\\n";
}
"""


def place(settings: Settings) -> Path:
    """The file that is there for as long as writing is stopped."""
    return Path(settings.work, FILE)


def read(settings: Settings) -> dict | None:
    """What is written down; None while the app may write."""
    try:
        return json.loads(place(settings).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def still(settings: Settings, words: list[str]) -> None:
    """Answers whether the writing is stopped, after it did what the words say.

    "on SECONDS" stops it for so long: if nobody says otherwise until then, the app writes again. "keep SINCE" has it
    stopped for good, if it was since that time. "off" lets it go on.
    """
    match words:
        case []:
            pass
        case ["on", seconds] if seconds.isdigit():
            with run.locked(settings, "move"):
                stop(settings, int(seconds))
        case ["keep", since]:
            with run.locked(settings, "move"):
                keep(settings, since)
        case ["off"]:
            with run.locked(settings, "move"):
                go_on(settings)
        case ["lapse"]:
            lapse(settings)
        case _:
            raise Failure("still takes on SECONDS, keep SINCE or off")
    note = read(settings)
    say.answer({"on": note is not None, "since": note["since"] if note else ""})


def keep(settings: Settings, since: str) -> None:
    """Has the writing stay stopped. Whoever copied data meanwhile knows by that that it was stopped all the time."""
    note = read(settings)
    if note is None or note["since"] != since:
        raise Failure("the app writes again, for the move took too long", "run the same command again")
    note["kept"] = True
    write(settings, note)
    end_lapse()


def lapse(settings: Settings) -> None:
    """Lets the writing go on if nobody has said that it is to stay stopped."""
    for _ in range(720):
        try:
            with run.locked(settings, "move"):
                if (note := read(settings)) is not None and not note.get("kept"):
                    go_on(settings)
                return
        except Failure as failure:
            say.line(failure.what)
            time.sleep(5)


def end_lapse() -> None:
    """Ends the timer of lapse; there may be none."""
    run.start(["systemctl", "stop", LAPSE + ".timer"]).communicate(timeout=60)


def begin_lapse(seconds: int) -> None:
    """Has the app write again after a while, unless keep or off come before."""
    end_lapse()
    run.output(["systemd-run", "--quiet", "--collect", f"--unit={LAPSE}", f"--on-active={seconds}", "--description=lets the app write again if a move is killed",
                "/usr/bin/python3", "-I", "-B", os.path.dirname(os.path.abspath(__file__)), "still", "lapse"], what="start the timer that lets the app write again")


def stop(settings: Settings, seconds: int) -> None:
    """Stops the writing, or what of it another run left open."""
    exchange.recover(settings)
    if busy := units.commands(settings):
        raise Failure(f"{len(busy)} command(s) of slipway run use the data", "end them, then run the same command again")
    note = read(settings)
    if note is None:
        note = {"since": run.now(), "release": settings.release(), "processes": processes(settings), "postgres": None}
        write(settings, note)
    if not note.get("kept"):
        begin_lapse(seconds)
    rest(settings, note["processes"])
    say.line("requests that write are answered with 503 from now on; pages go on")
    run.write(nginx_file(settings, note), NGINX.encode(), 0o644)
    reload_nginx()
    for source in sources.of(settings):
        if isinstance(source, postgres.Postgres):
            stop_postgres(settings, note, source)
        elif isinstance(source, mariadb.MariaDB):
            source.query("SET GLOBAL read_only = 1", 60)


def go_on(settings: Settings) -> None:
    """Has everything be as it was before stop, whatever of that was done."""
    note = read(settings)
    if note is None:
        return
    end_lapse()
    for source in sources.of(settings):
        if isinstance(source, postgres.Postgres):
            if note["postgres"] is not None:
                source.query(f"ALTER ROLE {postgres.name(source.instance.role)} RESET default_transaction_read_only")
                restore(source, note["postgres"])
        elif isinstance(source, mariadb.MariaDB):
            source.query("SET GLOBAL read_only = 0")
    nginx_file(settings, note).unlink(missing_ok=True)
    reload_nginx()
    wake(settings, note["processes"])
    place(settings).unlink()
    run.sync(place(settings).parent)
    say.line("the app writes again")


def write(settings: Settings, note: dict) -> None:
    """Writes down what is about to be done."""
    run.write(place(settings), json.dumps(note).encode())


def nginx_file(settings: Settings, note: dict) -> Path:
    """The file that nginx reads beside the limits of the release that takes the traffic."""
    return Path(settings.root, "releases", note["release"], "limits.conf-still")


def reload_nginx() -> None:
    """Has nginx read its settings, and waits until requests by those of before have ended, for a while."""
    run.output(["nginx", "-q", "-t"], what="check nginx's settings")
    units.systemctl("reload", "nginx.service")
    time.sleep(0.3)
    run.wait(lambda: not old_workers(), PATIENCE)


def old_workers() -> bool:
    """Whether a worker of nginx's works by the settings of before."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes().startswith(b"nginx: worker process is shutting down"):
                return True
        except OSError:
            pass  # it has ended
    return False


def processes(settings: Settings) -> list[str]:
    """The units of the processes beside the app that run."""
    return [unit for unit in units.running(settings) if "-process-" in unit]


def rest(settings: Settings, names: list[str]) -> None:
    """Stops processes. They do not start at boot either."""
    for name in names:
        folder = Path(settings.units, name + ".d")
        folder.mkdir(mode=0o755, exist_ok=True)
        os.chmod(folder, 0o755)
        run.write(folder / GATE, f"# Written by slipway.\n[Unit]\nConditionPathExists=!{place(settings)}\n".encode(), 0o644)
    if names:
        say.line("stop " + ", ".join(name.rpartition("-process-")[2].removesuffix(".service") for name in names))
        units.systemctl("daemon-reload")
        units.stop(names)


def wake(settings: Settings, names: list[str]) -> None:
    """Has processes run again."""
    for name in names:
        gate = Path(settings.units, name + ".d", GATE)
        gate.unlink(missing_ok=True)
        try:
            gate.parent.rmdir()
        except OSError:
            pass  # somebody else has settings there, or it is gone
    if names:
        units.systemctl("daemon-reload")
        units.start(names)


# What of a table is the app's to change, as PostgreSQL has it; NULL is what its owner has without a word.
RIGHTS = """SELECT coalesce(json_agg(json_build_array(c.oid::bigint, c.relacl::text[])), '[]') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'f') AND c.relpersistence <> 't' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"""
OLD = "datname = {0} AND usename = {1} AND state <> 'idle' AND xact_start < {2}::timestamptz"


def stop_postgres(settings: Settings, note: dict, source: postgres.Postgres) -> None:
    """Has PostgreSQL refuse the app's writes: in new connections by a setting, in others by taking its rights."""
    database, role = source.database(""), source.instance.role
    if note["postgres"] is None:
        note["postgres"] = json.loads("".join(source.query(RIGHTS, database)))
        write(settings, note)
    tables = ", ".join(str(int(oid)) for oid, _ in note["postgres"]) or "0"
    source.query(f"ALTER ROLE {postgres.name(role)} SET default_transaction_read_only = on")
    source.query("SELECT format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON TABLE %s FROM %I, PUBLIC', oid::regclass, "
                 f"{postgres.text(role)}) FROM pg_class WHERE oid IN ({tables}) \\gexec\n", database)
    since = source.query("SELECT clock_timestamp()")[0]
    old = OLD.format(postgres.text(database), postgres.text(role), postgres.text(since))
    if not run.wait(lambda: source.query(f"SELECT count(*) FROM pg_stat_activity WHERE {old}") == ["0"], PATIENCE, 0.2):
        say.line("what has written for longer than that is ended")
        source.query(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {old}")


def restore(source: postgres.Postgres, rights: list) -> None:
    """Gives the app its rights back, exactly as they were."""
    changes = []
    for oid, rows in rights:
        now = "NULL" if rows is None else "ARRAY[" + ", ".join(postgres.text(row) for row in rows) + "]::aclitem[]"
        changes.append(f"UPDATE pg_class SET relacl = {now} WHERE oid = {int(oid)};")
    if changes:
        source.query("BEGIN;\n" + "\n".join(changes) + "\nCOMMIT;", source.database(""))
