package cause

import (
	"fmt"
	"regexp"
	"strings"
)

// resolving are ways in which no set of packages can be found.
var resolving = []form{
	{line: line(`[Hh]ash mismatch for \x60([\w.-]+)|DO NOT MATCH THE HASHES|In --require-hashes mode`), more: wrongHash},
	{line: line(`[Bb]ecause .*(?:requires?|depends on) Python ?([<>=!~][^ ]*)|[Bb]ecause the current Python version \(([\d.]+)\) does not satisfy Python ?([^ ]+)`), more: wrongPython},
	{line: line(`[Bb]ecause ([\w.-]+)(?:\[[^\]]*\])? was not found in the package registry|No matching distribution found for ([A-Za-z0-9._-]+)$`), more: notOnIndex},
	{line: line(`[Bb]ecause there is no version of ([\w.-]+)|No matching distribution found for ([\w.-]+)[\[=<>~!]|[Bb]ecause only [^,]* of ([\w.-]+)`), more: noVersion},
	{line: line(`[Bb]ecause ([\w.-]+)\S* depends on ([\w.-]+)|Cannot install .*conflicting dependencies|ResolutionImpossible`), more: conflict},
}

func wrongHash(e evidence, at []string) (Remedy, bool) {
	name := at[1]
	if found := e.find(line(`[Hh]ash mismatch for \x60([\w.-]+?)[=\x60]`)); found != nil {
		name = found[1]
	}
	if name == "" {
		return then("a hash is missing or is not the file's: make the file anew, uv pip compile --generate-hashes requirements.in -o requirements.txt")
	}
	name, _, _ = strings.Cut(name, "=")
	return then(fmt.Sprintf("the hash in %s is not that of the file on the index: make the file anew, uv pip compile --generate-hashes requirements.in -o requirements.txt", e.app.place(name)))
}

func wrongPython(_ evidence, at []string) (Remedy, bool) {
	return then(fmt.Sprintf("a package wants Python %s: ask for it, python = %q", at[1]+at[3], strings.TrimRight(at[1]+at[3], ",.")) + " under [app] in slipway.toml, or loosen its version")
}

func notOnIndex(e evidence, at []string) (Remedy, bool) {
	name := at[1] + at[2]
	return then(fmt.Sprintf("PyPI has no package %s: correct its name in %s, or remove it there; a private one can be put into the app's folder", name, e.app.place(name)))
}

func noVersion(e evidence, at []string) (Remedy, bool) {
	name := at[1] + at[2] + at[3]
	return then(fmt.Sprintf("the index has no such version of %s, or none for this Python: change %s to one that pip index versions %s lists", name, e.app.place(name), name))
}

var (
	dependsOn  = regexp.MustCompile(`[Bb]ecause ([\w.-]+?)[=<>~!][^ ]* depends on ([\w.-]+)`)
	userAsks   = regexp.MustCompile(`The user requested ([\w.-]+)`)
	theyDepend = regexp.MustCompile(`^\s+([\w.-]+) \S+ depends on ([\w.-]+)`)
)

// conflict is two requirements that exclude each other.
func conflict(e evidence, _ []string) (Remedy, bool) {
	for _, pattern := range []*regexp.Regexp{dependsOn, theyDepend} {
		if at := e.find(pattern); at != nil {
			return then(fmt.Sprintf("%s and %s exclude each other: change or remove one of the two versions", e.app.place(at[1]), e.app.place(at[2])))
		}
	}
	if at := e.find(userAsks); at != nil {
		return then(fmt.Sprintf("%s excludes another requirement: change or remove its version", e.app.place(at[1])))
	}
	return then("two requirements exclude each other: change or remove the version of one of them")
}

// building are ways in which a package can't be built.
var building = []form{
	{line: line(`^(psycopg2)\S* can't be built|pg_config executable not found`), more: instead("psycopg2", "psycopg2-binary")},
	{line: line(`can't be built.*No module named '(?:distutils|imp|pkg_resources|pkgutil)'|Cannot import 'setuptools\.build_meta'|module 'pkgutil' has no attribute`), next: "that version is older than the server's Python: " + inApp(`write python = "3.11"`) + ", or take a newer version of the package"},
	{line: line(`fatal error: ([\w./-]+\.h): No such file`), more: header},
	{line: line(`([\w-]+-config|pkg-config|cargo|rustc|cmake|swig|gfortran)['"\x60]?(?:: | )?(?:command |executable )?(?:not found|is required|No such file)`), more: buildTool},
	{line: line(`^([\w.-]+)\S* can't be built`), more: unbuiltHere},
}

func instead(name, other string) func(evidence, []string) (Remedy, bool) {
	return func(e evidence, _ []string) (Remedy, bool) {
		return then(fmt.Sprintf("%s has no wheel and has to be compiled: write %s in place of it in %s", name, other, e.app.place(name)))
	}
}

// headers are the Debian packages that have a header file, by the beginning of its
// path.
var headers = []struct{ prefix, packages string }{
	{"Python.h", "python3-dev"}, {"libpq", "libpq-dev"}, {"mysql", "libmariadb-dev"}, {"lber.h", "libldap-dev"}, {"ldap.h", "libldap-dev"},
	{"sasl", "libsasl2-dev"}, {"ffi.h", "libffi-dev"}, {"libxml", "libxml2-dev"}, {"libxslt", "libxslt1-dev"}, {"xmlsec", "libxmlsec1-dev"},
	{"openssl", "libssl-dev"}, {"jpeglib.h", "libjpeg-dev"}, {"zlib.h", "zlib1g-dev"}, {"gdal", "libgdal-dev"}, {"geos", "libgeos-dev"},
	{"cairo", "libcairo2-dev"}, {"sql.h", "unixodbc-dev"}, {"sqlite3.h", "libsqlite3-dev"}, {"magic.h", "libmagic-dev"}, {"curl/", "libcurl4-openssl-dev"},
	{"krb5", "libkrb5-dev"}, {"gssapi", "libkrb5-dev"}, {"hdf5", "libhdf5-dev"}, {"portaudio", "portaudio19-dev"}, {"snappy", "libsnappy-dev"},
	{"bzlib.h", "libbz2-dev"}, {"lzma.h", "liblzma-dev"}, {"re2", "libre2-dev"}, {"pcap", "libpcap-dev"}, {"cups", "libcups2-dev"}, {"gmp.h", "libgmp-dev"},
}

// header is a header file that a build misses.
func header(_ evidence, at []string) (Remedy, bool) {
	for _, h := range headers {
		if strings.HasPrefix(at[1], h.prefix) {
			return debian("its build needs "+at[1], h.packages)
		}
	}
	return then(fmt.Sprintf("its build needs %s: find the Debian package that has it on packages.debian.org, and write packages = [\"PACKAGE\"]", at[1]) + " under [app] in slipway.toml")
}

// buildTools are the Debian packages of programs that builds call.
var buildTools = map[string]string{
	"pkg-config": "pkg-config", "cargo": "cargo", "rustc": "rustc", "cmake": "cmake", "swig": "swig", "gfortran": "gfortran", "mysql-config": "libmariadb-dev",
	"xml2-config": "libxml2-dev", "xslt-config": "libxslt1-dev", "krb5-config": "libkrb5-dev", "gdal-config": "libgdal-dev", "geos-config": "libgeos-dev",
	"curl-config": "libcurl4-openssl-dev", "xmlsec1-config": "libxmlsec1-dev", "freetype-config": "libfreetype-dev",
}

func buildTool(_ evidence, at []string) (Remedy, bool) {
	if name, ok := buildTools[at[1]]; ok {
		return debian("its build needs "+at[1], name)
	}
	return Remedy{}, false
}

// debian is a remedy that names Debian packages.
func debian(why string, names ...string) (Remedy, bool) {
	return then(fmt.Sprintf(`%s: write packages = ["%s"]`, why, strings.Join(names, `", "`)) + " under [app] in slipway.toml")
}

// builds are the Debian packages that the builds of some packages need beside a compiler,
// which is brought whenever one is missing.
var builds = map[string]string{
	"mysqlclient": "libmariadb-dev", "python-ldap": "libldap-dev libsasl2-dev", "lxml": "libxml2-dev libxslt1-dev", "pillow": "libjpeg-dev zlib1g-dev",
	"xmlsec": "libxmlsec1-dev pkg-config", "python3-saml": "libxmlsec1-dev pkg-config", "gdal": "libgdal-dev", "pycairo": "libcairo2-dev pkg-config",
	"pyodbc": "unixodbc-dev", "pycurl": "libcurl4-openssl-dev libssl-dev", "cffi": "libffi-dev", "gssapi": "libkrb5-dev", "psycopg": "libpq-dev",
	"psycopg-c": "libpq-dev", "h5py": "libhdf5-dev", "pyaudio": "portaudio19-dev", "pycups": "libcups2-dev", "cryptography": "cargo libssl-dev pkg-config",
	"orjson": "cargo", "pydantic-core": "cargo",
}

// unbuiltHere is a package that has to be compiled and can't.
func unbuiltHere(e evidence, at []string) (Remedy, bool) {
	name, _, _ := strings.Cut(at[1], "=")
	why := fmt.Sprintf("%s has no wheel for this Python and has to be compiled: take a newer version of it in %s", name, e.app.place(name))
	names := strings.Fields(builds[normal(name)])
	if len(names) == 0 {
		return then(why + ", or another package that has one")
	}
	return debian(why+", or give what its build needs", names...)
}
