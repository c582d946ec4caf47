package release

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed" // the scripts
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"slipway/steps/app"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

//go:embed uploadlook.sh
var uploadLookText string

//go:embed lists.sh
var listsText string

// lookBase is the shell text that prints what compare reads: what the release that serves has
// of the app's source. Where it fails the answer is nothing, or torn, which is as good.
func lookBase(p plan.Plan) string {
	l := layout.Of(p.ServerName())
	return lookBaseAt(l.Current(), l.Release(p.Release))
}

func lookBaseAt(current, release string) string {
	text := shell.Lines(shell.Script(listsText, nil), shell.Script(uploadLookText, shell.Values{"current": current, "release": release}))
	return shell.Command("sh", "-euc", text) + " 2>/dev/null || :"
}

const (
	// shortSum is how many digits of a file's sum are compared. Which files are the same is
	// only guessed by them: the source is checked as a whole once it is made.
	shortSum = 16
	// worthCopying is the size in bytes from which a file is copied on the server from
	// another path. A copy takes a program of its own there: what is smaller comes sooner.
	worthCopying = 4 << 10
	// longestPath is more than Linux takes.
	longestPath = 64 << 10
)

// delta is how a release's source is made of that of the release before. Paths begin with
// "./", as find prints them.
type delta struct {
	// base is the sum of the list of what the release before has.
	base string
	// dropped are the files of that list that are not copied to their own paths, in its order.
	dropped []string
	// moved are the paths there of the files that are copied to another path, by that path
	// in the bundle.
	moved map[string]string
	// missing has the paths in the bundle of the files that are packed. Links always are.
	missing map[string]bool
	// executable are those of the others that may be executed.
	executable []string
	// copied is how many files are copied.
	copied int
}

// compare says how the bundle's source is made of what lookBase printed; nil if nothing of
// it is of use.
func compare(b *app.Bundle, looked string) *delta {
	if looked == "" {
		return nil
	}
	d := &delta{moved: map[string]string{}, missing: map[string]bool{}}
	wanted := map[string][]app.BundleFile{} // of the missing, by their short sums
	files := b.Files
	// passUntil passes the files before a path, none of which the server has.
	passUntil := func(path string) {
		for len(files) > 0 && (path == "" || "./"+files[0].Path < path) {
			d.lack(files[0], wanted)
			files = files[1:]
		}
	}
	base, err := readBase(looked, func(sum, path string, there bool) {
		passUntil(path)
		if len(files) > 0 && "./"+files[0].Path == path {
			if f := files[0]; there && f.Link == "" && short(f) == sum {
				files = files[1:]
				d.keep(f)
				return
			}
		}
		d.dropped = append(d.dropped, path)
	})
	if err != nil {
		return nil
	}
	passUntil("")
	d.base = base
	d.findMoved(looked, wanted)
	if d.copied == 0 {
		return nil
	}
	return d
}

// findMoved finds files at other paths. looked was read to its end before.
func (d *delta) findMoved(looked string, wanted map[string][]app.BundleFile) {
	if len(wanted) == 0 {
		return
	}
	readBase(looked, func(sum, path string, there bool) { //nolint:errcheck // it can be read, as said
		if !there {
			return
		}
		for _, f := range wanted[sum] {
			d.moved[f.Path] = path
			delete(d.missing, f.Path)
			d.keep(f)
		}
		delete(wanted, sum)
	})
}

// lack notes a file that is not at its path on the server. It may be at another one.
func (d *delta) lack(f app.BundleFile, wanted map[string][]app.BundleFile) {
	if f.Link != "" {
		return
	}
	d.missing[f.Path] = true
	if f.Size >= worthCopying {
		wanted[short(f)] = append(wanted[short(f)], f)
	}
}

func (d *delta) keep(f app.BundleFile) {
	d.copied++
	if f.Executable {
		d.executable = append(d.executable, "./"+f.Path)
	}
}

func short(f app.BundleFile) string { return hex.EncodeToString(f.Sum[:shortSum/2]) }

// readBase calls each with the files of the list that lookBase printed: the beginning of its
// sum, its path, and whether it is as it came. It returns the sum of the list.
func readBase(looked string, each func(sum, path string, there bool)) (base string, err error) {
	unzipped, err := gzip.NewReader(strings.NewReader(looked))
	if err != nil {
		return "", fmt.Errorf("read what the release that serves has: %w", err)
	}
	records := bufio.NewScanner(unzipped)
	records.Buffer(nil, longestPath)
	records.Split(splitNUL)
	if !records.Scan() {
		return "", fmt.Errorf("read what the release that serves has: %w", io.ErrUnexpectedEOF)
	}
	base = records.Text()
	gone := map[string]bool{}
	for records.Scan() && len(records.Bytes()) > 0 {
		gone[records.Text()] = true
	}
	for records.Scan() {
		record := records.Text()
		if len(record) <= shortSum {
			return "", fmt.Errorf("read what the release that serves has: a line of %d bytes", len(record))
		}
		each(record[:shortSum], record[shortSum:], !gone[record[shortSum:]])
	}
	if err := records.Err(); err != nil {
		return "", fmt.Errorf("read what the release that serves has: %w", err)
	}
	return base, nil
}

// splitNUL splits texts that each have a NUL behind.
func splitNUL(data []byte, atEnd bool) (advance int, token []byte, err error) {
	if end := bytes.IndexByte(data, 0); end >= 0 {
		return end + 1, data[:end], nil
	}
	if atEnd && len(data) > 0 {
		return 0, nil, io.ErrUnexpectedEOF
	}
	return 0, nil, nil
}

// texts are the files of the archive from which the server knows what it copies.
func (d *delta) texts() map[string]string {
	var moved []string
	for path, from := range d.moved {
		moved = append(moved, from+"\x00./"+path)
	}
	slices.Sort(moved)
	slices.Sort(d.executable)
	return map[string]string{"delta/base": d.base, "delta/drop": ended(d.dropped), "delta/moved": ended(moved), "delta/executable": ended(d.executable)}
}

// ended are texts with a NUL behind each.
func ended(texts []string) string {
	var all strings.Builder
	for _, text := range texts {
		all.WriteString(text)
		all.WriteByte(0)
	}
	return all.String()
}
