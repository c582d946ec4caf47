package app

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"unicode/utf16"

	"github.com/pelletier/go-toml/v2"
)

// Poetry and Pipenv keep a hash of the manifest in their lock files: the SHA-256 of a
// part of it as Python's json module writes it.

// isMadeOf tells whether the lock was made of this pyproject.toml.
func (l poetryLock) isMadeOf(document map[string]any) bool {
	if l.Metadata.ContentHash == "" || document == nil {
		return true
	}
	for _, groups := range []any{document["dependency-groups"], nil} { // older Poetry left them out
		if l.Metadata.ContentHash == hashAsPython(poetryContent(document, groups), ", ", ": ") {
			return true
		}
	}
	return false
}

// poetryContent is the part of a pyproject.toml that Poetry hashes. It has another form
// if Poetry is older than its use of [project].
func poetryContent(document map[string]any, groups any) map[string]any {
	tool, _ := document["tool"].(map[string]any)
	poetry, _ := tool["poetry"].(map[string]any)
	project, _ := document["project"].(map[string]any)
	legacy := []string{"dependencies", "source", "extras", "dev-dependencies"}
	content := map[string]any{}
	if part := picked(project, "requires-python", "dependencies", "optional-dependencies"); len(part) > 0 {
		content["project"] = part
	}
	if groups != nil {
		content["dependency-groups"] = groups
	}
	ofPoetry := picked(poetry, append(legacy, "group")...)
	if len(content) > 0 {
		content["tool"] = map[string]any{"poetry": ofPoetry}
		return content
	}
	for _, key := range legacy {
		ofPoetry[key] = poetry[key] // null if it is not there
	}
	return ofPoetry
}

// picked is a copy of a table with only these keys, as far as it has them.
func picked(table map[string]any, keys ...string) map[string]any {
	out := map[string]any{}
	for _, key := range keys {
		if v := table[key]; v != nil {
			out[key] = v
		}
	}
	return out
}

// isMadeOf tells whether the lock was made of this Pipfile.
func (l pipfileLock) isMadeOf(document map[string]any) bool {
	if l.Meta.Hash.SHA256 == "" || document["source"] == nil {
		return true // without a source, Pipenv hashes its own default
	}
	orEmpty := func(key string) any {
		if v := document[key]; v != nil {
			return v
		}
		return map[string]any{}
	}
	relevant := map[string]any{
		"_meta":   map[string]any{"sources": document["source"], "requires": orEmpty("requires")},
		"default": orEmpty("packages"),
		"develop": orEmpty("dev-packages"),
	}
	known := []string{"source", "requires", "packages", "dev-packages", "pipenv", "pipfile", "scripts", "default", "develop"}
	for key, table := range document {
		if !slices.Contains(known, key) {
			relevant[key] = table // one of the user's own categories
		}
	}
	return l.Meta.Hash.SHA256 == hashAsPython(relevant, ",", ":")
}

// readDocument reads a manifest with all its keys; nil if there is none.
func readDocument(fsys fs.FS, manifest string) (map[string]any, error) {
	text, err := readText(fsys, manifest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s can't be read: %w", manifest, err)
	}
	document := map[string]any{}
	if err := toml.Unmarshal(text, &document); err != nil {
		return nil, wrongTOML(manifest, err)
	}
	return document, nil
}

func hashAsPython(value any, itemEnd, keyEnd string) string {
	w := &pythonJSON{itemEnd: itemEnd, keyEnd: keyEnd}
	w.write(value)
	sum := sha256.Sum256(w.out.Bytes())
	return hex.EncodeToString(sum[:])
}

// pythonJSON writes as json.dumps(…, sort_keys=True) does.
type pythonJSON struct {
	out             bytes.Buffer
	itemEnd, keyEnd string
}

func (w *pythonJSON) write(value any) {
	switch v := value.(type) {
	case map[string]any:
		w.object(v)
	case []any:
		w.array(v)
	case string:
		w.text(v)
	case nil:
		w.out.WriteString("null")
	default: // numbers and truth values
		fmt.Fprint(&w.out, v)
	}
}

func (w *pythonJSON) object(v map[string]any) {
	w.out.WriteByte('{')
	for i, key := range slices.Sorted(maps.Keys(v)) {
		w.between(i)
		w.text(key)
		w.out.WriteString(w.keyEnd)
		w.write(v[key])
	}
	w.out.WriteByte('}')
}

func (w *pythonJSON) array(v []any) {
	w.out.WriteByte('[')
	for i, item := range v {
		w.between(i)
		w.write(item)
	}
	w.out.WriteByte(']')
}

func (w *pythonJSON) between(i int) {
	if i > 0 {
		w.out.WriteString(w.itemEnd)
	}
}

var jsonEscapes = map[rune]string{
	'"': `\"`, '\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\b': `\b`, '\f': `\f`,
}

// text writes a string in ASCII.
func (w *pythonJSON) text(s string) {
	w.out.WriteByte('"')
	for _, r := range s {
		escape, special := jsonEscapes[r]
		switch {
		case special:
			w.out.WriteString(escape)
		case r >= ' ' && r <= 0x7f:
			w.out.WriteRune(r)
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&w.out, `\u%04x`, unit)
			}
		}
	}
	w.out.WriteByte('"')
}
