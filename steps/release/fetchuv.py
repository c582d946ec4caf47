# Brings uv into a folder: the program alone, out of the wheel of which one of the sums is
# known. It needs nothing but Python, so it works before Debian's packages are there. It
# runs as the builder. Where the server's pip has settings, such as another index that
# wants a password, or where the index gives no list in JSON, pip has to do it: then this
# ends with a status other than 0.
# The words: the folder, the beginning of the wheel's name, and the sums.
import configparser, hashlib, io, json, os, platform, shutil, sys, urllib.parse, urllib.request, zipfile

folder, name, sums = sys.argv[1], sys.argv[2], {word.removeprefix("sha256:") for word in sys.argv[3:]}
index = "https://pypi.org/simple"
for path in "/etc/xdg/pip/pip.conf", "/etc/pip.conf":
    settings = configparser.RawConfigParser()
    settings.read(path)
    for section in settings.sections():
        for key, value in settings.items(section):
            if key == "index-url":
                index = value
            elif key != "cert":
                sys.exit(f"pip has settings in {path}")


def ask(address):
    request = urllib.request.Request(address, headers={"Accept": "application/vnd.pypi.simple.v1+json"})
    return urllib.request.urlopen(request, timeout=30)


page = index.rstrip("/") + "/uv/"
with ask(page) as answer:
    files = json.load(answer)["files"]
wheels = [f for f in files if f["filename"].startswith(name) and platform.machine() in f["filename"] and f["hashes"].get("sha256") in sums]
with ask(urllib.parse.urljoin(page, wheels[0]["url"])) as answer:
    wheel = answer.read(256 << 20)
if hashlib.sha256(wheel).hexdigest() not in sums:
    sys.exit("the wheel of uv has another sum")
packed = zipfile.ZipFile(io.BytesIO(wheel))
program = next(n for n in packed.namelist() if n.endswith(".data/scripts/uv"))
os.makedirs(os.path.join(folder, "bin"))
path = os.path.join(folder, "bin", "uv")
with packed.open(program) as source, open(path, "wb") as target:
    shutil.copyfileobj(source, target, 1 << 20)
os.chmod(path, 0o755)
