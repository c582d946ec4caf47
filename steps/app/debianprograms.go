package app

import (
	"fmt"
	"slices"
	"strings"
)

// debianPrograms are Debian's packages of programs that apps run, by the programs. All
// supported systems have them.
var debianPrograms = map[string]string{
	"7z": "p7zip-full", "convert": "imagemagick", "dig": "bind9-dnsutils", "dot": "graphviz", "exiftool": "libimage-exiftool-perl",
	"ffmpeg": "ffmpeg", "ffprobe": "ffmpeg", "git": "git", "gs": "ghostscript", "identify": "imagemagick", "inkscape": "inkscape",
	"jpegoptim": "jpegoptim", "libreoffice": "libreoffice", "mediainfo": "mediainfo", "mogrify": "imagemagick", "neato": "graphviz",
	"nmap": "nmap", "nslookup": "bind9-dnsutils", "optipng": "optipng", "pandoc": "pandoc", "pdfinfo": "poppler-utils",
	"pdftocairo": "poppler-utils", "pdftohtml": "poppler-utils", "pdftoppm": "poppler-utils", "pdftotext": "poppler-utils",
	"pg_dump": "postgresql-client", "ping": "iputils-ping", "psql": "postgresql-client", "qpdf": "qpdf", "rsvg-convert": "librsvg2-bin",
	"rsync": "rsync", "soffice": "libreoffice", "sox": "sox", "sqlite3": "sqlite3", "tesseract": "tesseract-ocr", "traceroute": "traceroute",
	"unzip": "unzip", "whois": "whois", "zip": "zip",
}

// starters are functions that start a program, or look for one.
var starters = []string{
	"subprocess.run", "subprocess.call", "subprocess.Popen", "subprocess.check_call", "subprocess.check_output", "subprocess.getoutput",
	"subprocess.getstatusoutput", "os.system", "os.popen", "shutil.which", "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell",
}

// startedPrograms notes the packages of the programs that the app's modules start: as the
// first word of a list, or of a starter's argument.
func (d *detection) startedPrograms() {
	f := &finder{detection: d}
	for _, m := range sorted(d.loaded()) {
		if strings.Contains(m.path, "/commands/") || !slices.ContainsFunc([]string{"subprocess", "os", "shutil", "asyncio"}, m.importsModule) {
			continue
		}
		for _, l := range m.parsed().lines {
			for i, t := range l.tokens {
				pkg := debianPrograms[firstWord(t)]
				if pkg != "" && (m.importsModule("subprocess") && startsList(l.tokens, i) || f.isStarted(l, i)) {
					d.needPackage(pkg, fmt.Sprintf("%s, which runs %s", l.at(i), firstWord(t)))
				}
			}
		}
	}
}

func firstWord(t token) string {
	if t.kind != tokenString {
		return ""
	}
	word, _, _ := strings.Cut(t.text, " ")
	return word
}

// startsList tells the first of several words in a list: ["dot", "-Tpng"].
func startsList(tokens []token, i int) bool {
	return i > 0 && i+1 < len(tokens) && tokens[i-1].is("[") && (i == 1 || tokens[i-2].kind != tokenName && !tokens[i-2].is(")") && !tokens[i-2].is("]")) &&
		(tokens[i+1].is(",") || tokens[i+1].is("]")) && tokens[i].text == firstWord(tokens[i])
}

// isStarted tells the first argument of a function that starts a program.
func (f *finder) isStarted(l line, i int) bool {
	if i < 2 || !l.tokens[i-1].is("(") {
		return false
	}
	at := i - 2
	for at >= 2 && l.tokens[at-1].is(".") {
		at -= 2
	}
	callee, _ := dotted(l.tokens[at : i-1])
	return slices.Contains(starters, f.importedName(l.scope, callee))
}
