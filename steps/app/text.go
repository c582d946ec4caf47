package app

import (
	"bytes"
	"fmt"
	"io/fs"
	"regexp"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"slipway/providers"
)

// readText reads a text file in whatever form editors save it, as [Text] does.
func readText(fsys fs.FS, name string) ([]byte, error) {
	raw, err := readFile(fsys, name)
	if err != nil {
		return nil, err
	}
	text, err := Text(raw)
	if err == nil {
		err = checkLines(name, text)
	}
	if err != nil {
		return nil, err
	}
	return text, nil
}

// Text returns the content of a text file as UTF-8 with "\n" at the end of its lines. It
// takes UTF-8 with and without a byte order mark, UTF-16 with one, and the line ends of
// Windows and of old Macs. Anything else is a *providers.Usage, which names the line but
// neither the file nor what is in it.
func Text(raw []byte) ([]byte, error) {
	text, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), raw)
	if err != nil {
		return nil, notText(1, "its UTF-16 is damaged")
	}
	text = unixLines(text)
	for i, line := range bytes.Split(text, []byte("\n")) {
		switch {
		case isUTF16(raw) && bytes.ContainsRune(line, utf8.RuneError):
			return nil, notText(i+1, "its UTF-16 is damaged")
		case bytes.IndexByte(line, 0) >= 0:
			return nil, notText(i+1, "it holds a NUL byte, as UTF-16 without a byte order mark does")
		case !utf8.Valid(line):
			return nil, notText(i+1, "it is not UTF-8")
		}
	}
	return text, nil
}

// isUTF16 tells text that begins with UTF-16's byte order mark.
func isUTF16(raw []byte) bool {
	return bytes.HasPrefix(raw, []byte("\xff\xfe")) || bytes.HasPrefix(raw, []byte("\xfe\xff"))
}

func notText(line int, why string) error {
	return &providers.Usage{
		Err:  fmt.Errorf("line %d is no text, because %s", line, why),
		Next: "save the file as UTF-8", About: providers.AboutApp,
	}
}

func unixLines(text []byte) []byte {
	if bytes.IndexByte(text, '\r') < 0 {
		return text
	}
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
}

// codingLine is how Python source names its encoding, in one of its first two lines
// (PEP 263).
var codingLine = regexp.MustCompile(`^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)`)

// sourceText is [Text] for Python source, which may name its encoding. UTF-16 is no
// source to Python.
func sourceText(raw []byte) ([]byte, error) {
	if isUTF16(raw) {
		return nil, notText(1, "Python does not read UTF-16")
	}
	lines := bytes.SplitN(raw, []byte("\n"), 3)
	for _, line := range lines[:min(2, len(lines))] {
		named := codingLine.FindSubmatch(line)
		if named == nil {
			continue
		}
		encoding, err := htmlindex.Get(pythonEncoding(string(named[1])))
		if err != nil {
			break // Python knows more encodings; mostly the file is ASCII.
		}
		if text, err := encoding.NewDecoder().Bytes(raw); err == nil {
			return Text(text)
		}
	}
	return Text(raw)
}

// pythonEncoding is the name that others have for an encoding that Python calls name.
func pythonEncoding(name string) string {
	name = string(bytes.ReplaceAll(bytes.ToLower([]byte(name)), []byte("_"), []byte("-")))
	switch name {
	case "latin-1", "latin1-unix", "iso-latin-1":
		return "latin1"
	}
	return name
}
