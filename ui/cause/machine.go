package cause

import (
	"fmt"
	"regexp"
	"strings"
)

// machine are ways in which the server lacks something.
var machine = []form{
	{line: line(`(lib[\w.+-]+\.so[\w.]*): cannot open shared object file`), more: sharedLibrary},
	{line: line(`cannot load library '([^']+)'|no library called "([^"]+)" was found|Could not find the (GDAL) library|failed to find (libmagic)|Could not find lib (geos)`), more: sharedLibrary},
	{line: line(`No (wkhtmltopdf) executable found|Is (poppler) installed|(tesseract) is not installed`), more: namedProgram},
	{line: line(`^(?:FileNotFoundError: )?\[Errno 2\] No such file or directory: '([^']+)'$`), more: noFile},
	{line: line(`unsupported locale setting|locale\.Error`), more: func(evidence, []string) (Remedy, bool) {
		return debian("the server has English texts only", "locales-all")
	}},
	{line: line(`No time zone found with key ([\w/+-]+)`), more: noZone},
	{line: line(`E: Unable to locate package (\S+)`), next: "Debian has no package $1: find its name on packages.debian.org, and correct packages under [app] in slipway.toml or the Aptfile"},
	{line: line(`(?:The repository|Failed to fetch) '?(https?://[\w.:\[\]-]+)`), next: "a source of the server's packages is dead: on the server, grep -r $1 /etc/apt names its file; correct or remove it"},
	{line: line(`NO_PUBKEY (\w+)|EXPKEYSIG (\w+)`), next: "a source of the server's packages is signed by a key that the server does not have (any more): apt-get update on the server names it; get its new key or remove its file from /etc/apt/sources.list.d"},
	{line: line(`No space left on device|Disk quota exceeded`), next: "the server's disk is full: slipway ssh -- df -h / shows it; free some, or take a server with a larger disk"},
}

// libraries are the Debian packages of shared libraries, by the beginning of the name.
var libraries = []struct{ prefix, packages string }{
	{"libGL.so", "libgl1 libglib2.0-0"}, {"libgthread", "libglib2.0-0"}, {"libglib", "libglib2.0-0"}, {"libgobject", "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"},
	{"gobject-2.0", "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"}, {"libpango", "libpango-1.0-0 libpangoft2-1.0-0"}, {"pango", "libpango-1.0-0 libpangoft2-1.0-0"},
	{"libcairo", "libcairo2"}, {"cairo", "libcairo2"}, {"libmagic", "libmagic1"}, {"libpq", "libpq5"}, {"libmysqlclient", "libmariadb3"}, {"libmariadb", "libmariadb3"},
	{"libxmlsec1", "libxmlsec1 libxmlsec1-openssl"}, {"libxml2", "libxml2"}, {"libxslt", "libxslt1.1"}, {"libldap", "libldap2"}, {"libsasl2", "libsasl2-2"},
	{"libSM.so", "libsm6"}, {"libICE.so", "libice6"}, {"libXext", "libxext6"}, {"libXrender", "libxrender1"}, {"libX11", "libx11-6"}, {"libxcb", "libxcb1"}, {"libEGL", "libegl1"},
	{"libgomp", "libgomp1"}, {"libgdal", "gdal-bin"}, {"GDAL", "gdal-bin"}, {"libgeos", "libgeos-c1v5"}, {"geos", "libgeos-c1v5"}, {"libproj", "gdal-bin"}, {"libodbc", "unixodbc"},
	{"libsndfile", "libsndfile1"}, {"libportaudio", "libportaudio2"}, {"libavcodec", "ffmpeg"}, {"libavformat", "ffmpeg"}, {"libzbar", "libzbar0"}, {"zbar", "libzbar0"},
	{"libnss3", "libnss3"}, {"libnspr4", "libnspr4"}, {"libasound", "libasound2"}, {"libatk-1", "libatk1.0-0"}, {"libgbm", "libgbm1"}, {"libcups", "libcups2"},
	{"libusb-1", "libusb-1.0-0"}, {"libsodium", "libsodium23"}, {"libsnappy", "libsnappy1v5"}, {"libhdf5", "libhdf5-310"}, {"libtesseract", "tesseract-ocr"}, {"libvips", "libvips42"},
	{"libstdc++", "libstdc++6"}, {"libatomic", "libatomic1"}, {"libopenblas", "libopenblas0"}, {"libtk", "libtk8.6"}, {"libtcl", "libtcl8.6"}, {"libpython3", "libpython3-dev"},
	{"libssl.so", "libssl3"}, {"libffi.so", "libffi8"}, {"libMagickWand", "libmagickwand-dev"}, {"libespeak", "libespeak-ng1"}, {"libzmq", "libzmq5"}, {"libenchant", "libenchant-2-2"},
}

// sharedLibrary is a library that the server does not have.
func sharedLibrary(e evidence, at []string) (Remedy, bool) {
	name := strings.Join(at[1:], "")
	if at := e.app.place("opencv-python"); e.says(line(`\bcv2\b`)) && strings.Contains(at, " line ") {
		return then(fmt.Sprintf(`%s draws windows, which a server has not: write opencv-python-headless there, or packages = ["libgl1", "libglib2.0-0"]`, at) + " under [app] in slipway.toml")
	}
	for _, l := range libraries {
		if strings.HasPrefix(name, l.prefix) {
			return debian("the server has no "+name, strings.Fields(l.packages)...)
		}
	}
	return then(fmt.Sprintf("the server has no %s: find the Debian package that has it on packages.debian.org, and write packages = [\"PACKAGE\"] under [app] in slipway.toml", name))
}

func namedProgram(_ evidence, at []string) (Remedy, bool) {
	name := strings.Join(at[1:], "")
	known := map[string]string{"poppler": "poppler-utils", "tesseract": "tesseract-ocr"}[name]
	if known == "" {
		known = name
	}
	return debian("the server has no "+name, known)
}

var barePath = regexp.MustCompile(`^[\w.-]+$`)

// noFile is a file, or a program, that is not there.
func noFile(e evidence, at []string) (Remedy, bool) {
	name := strings.TrimPrefix(inRelease.ReplaceAllString(at[1], ""), "./")
	switch {
	case strings.HasPrefix(name, "/"):
		return then(fmt.Sprintf("the server has no %s: have %s read a file of the app, by a path from its own folder", name, e.here("the app")))
	case e.app.has(name) && e.app.isLeftOut(name):
		return then(fmt.Sprintf("%s does not go up: git or .slipwayignore ignores it; add the line !%s to .slipwayignore, or give what is in it by --env", name, name))
	case e.says(line(`subprocess\.py|_execute_child|os\.exec`)) && barePath.MatchString(name):
		return e.program(name)
	}
	return then(fmt.Sprintf("add %s to the app's folder: it is not there, or it is looked for in another one (paths begin in the app's root)", name))
}

func noZone(e evidence, at []string) (Remedy, bool) {
	return then(fmt.Sprintf("%s, or correct the zone's name %s in %s", e.app.adding("tzdata"), at[1], e.here("the code")))
}
