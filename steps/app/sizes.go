package app

import (
	"bytes"
	"fmt"
	"path"

	"slipway/state/regular"
)

// What is read of a folder is bounded, so that no file of it can fill the memory or take
// minutes. The limits are several times what the largest real apps have.
const (
	// maxLock is the size of a lock file in bytes, and of a list of requirements, which
	// may have the hashes of its packages.
	maxLock = 8 << 20
	// maxLine is the size of a line in bytes, but of JSON and lock files. For a list of
	// requirements it is that of a line with those that continue it.
	maxLine = 64 << 10
	// maxRequirements is how many lines all lists of requirements may have together; a
	// line and those that continue it are one.
	maxRequirements = 10_000
	// maxListed is the size in bytes of all lists of requirements together.
	maxListed = maxLock
	// maxTokens is how many words and signs all Python source may have together: some
	// 40 MB of source.
	maxTokens = 8 << 20
)

// sizeLimit is how many bytes a file may have for what its name says that it is.
func sizeLimit(name string) int64 {
	switch ext := path.Ext(name); {
	case ext == ".py":
		return maxSourceBytes
	case isLock(name) || ext == ".txt" || ext == ".in":
		return maxLock
	}
	return regular.Small
}

func isLock(name string) bool { return path.Ext(name) == ".lock" }

// checkLines refuses a text with a line that is too long. It names the line, but not the
// file.
func checkLines(name string, text []byte) error {
	if isLock(name) || path.Ext(name) == ".json" || path.Ext(name) == ".py" {
		return nil
	}
	for number := 1; len(text) > 0; number++ {
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		if len(line) > maxLine {
			return tooLongLine(fmt.Sprintf("line %d", number), len(line))
		}
		text = rest
	}
	return nil
}

func tooLongLine(place string, size int) error {
	return appUsage(fmt.Sprintf("%s has %d bytes, and slipway reads no line of more than %d", place, size, maxLine), "make it shorter")
}

// count refuses a list of requirements that is too much together with those before it.
func (r *requirementReader) count(f requirementFile) error {
	for _, line := range f.lines {
		if r.lines++; r.lines > maxRequirements {
			return appUsage(fmt.Sprintf("%s is requirement number %d, and slipway reads no more than %d", line.place(), r.lines, maxRequirements), "take out what the app does not need")
		}
		if len(line.text) > maxLine {
			return tooLongLine(line.place(), len(line.text))
		}
	}
	if r.bytes += len(f.text); r.bytes > maxListed {
		return appUsage(fmt.Sprintf("the lists of requirements have more than %d MB with %s", maxListed>>20, f.path), "take out what the app does not need")
	}
	return nil
}

// count counts the words and signs of a file's source, and refuses what is too much.
func (src *source) count(name string, size int) error {
	if src.tokens += size; src.tokens > maxTokens {
		return tooLarge(fmt.Sprintf("the Python files have more than %d words and signs with %s", maxTokens, name))
	}
	return nil
}
