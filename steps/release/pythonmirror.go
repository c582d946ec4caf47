package release

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"regexp"
	"strings"

	"slipway/state/regular"
	"slipway/steps/cpython"
	"slipway/steps/plan"
)

const (
	// largestArchive is the size, in bytes, of an archive that is fetched. The largest of
	// python-build-standalone's have about a hundred million.
	largestArchive = 512 << 20
	// largestSums is the size of a list of sums.
	largestSums = 4 << 20
)

// archive is a packed Python at a mirror.
type archive struct {
	url string
	// sum is its SHA-256 in hexadecimal digits, by the mirror; "" if the mirror has none.
	sum string
	// content is the archive itself, if only this computer can fetch it; else nil.
	content []byte
}

// mirror is a place that holds archives.
type mirror struct {
	*url.URL
	// near is set if only this computer can ask it: it is a folder here, listens here
	// only, or wants a password, which is none of the server's business.
	near bool
}

// readMirror understands the address of a mirror, or of a file at one.
func readMirror(address string) (mirror, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Scheme != "file" && u.Scheme != "http" && u.Scheme != "https" || u.Scheme != "file" && u.Host == "":
		return mirror{}, errors.New("its address does not begin with https://, http:// or file:///")
	case u.Scheme == "file" || u.User != nil:
		return mirror{u, true}, nil
	}
	ip := net.ParseIP(u.Hostname())
	return mirror{u, ip.IsLoopback() || ip.IsUnspecified() || u.Hostname() == "localhost"}, nil
}

// errAbsent is the error for a file that a mirror does not have.
var errAbsent = errors.New("it is not there")

// read reads a file.
func read(ctx context.Context, from *url.URL, limit int64) ([]byte, error) {
	if from.Scheme == "file" {
		text, err := regular.Read(ctx, from.Path, limit)
		if errors.Is(err, os.ErrNotExist) {
			return nil, errAbsent
		}
		return text, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, from.String(), nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if asked, ok := errors.AsType[*url.Error](err); ok {
		return nil, asked.Err // without the address, which may hold a password
	}
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode == http.StatusNotFound || response.StatusCode == http.StatusForbidden:
		return nil, errAbsent
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("it answered %s", response.Status)
	case response.ContentLength > limit:
		return nil, errAbsent
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err == nil && int64(len(text)) > limit {
		return nil, errAbsent
	}
	return text, err
}

// findArchive finds the archive of a release, its sum, and, if only this computer can
// fetch it, what is in it, which has that sum.
func findArchive(ctx context.Context, m plan.PythonMirror, release cpython.Release, machine string) (archive, error) {
	if m.Table != "" {
		return fromTable(ctx, m.Table, release, machine)
	}
	base, err := readMirror(m.Address)
	if err != nil {
		return archive{}, err
	}
	stripped := release.Archive(machine)
	for _, file := range []string{stripped, strings.Replace(stripped, "_stripped.", ".", 1)} {
		at := mirror{base.JoinPath(file), base.near}
		a, err := fetchArchive(ctx, at, func() (string, error) { return sumOf(ctx, base, file) })
		if !errors.Is(err, errAbsent) {
			return a, err
		}
	}
	return archive{}, fmt.Errorf("it has no %s", stripped)
}

// fetchArchive finds out an archive's sum and, from a near mirror, its content.
func fetchArchive(ctx context.Context, at mirror, sumOf func() (string, error)) (archive, error) {
	sum, err := sumOf()
	// A plus sign in a path is a space to some servers.
	at.RawPath = strings.ReplaceAll(at.EscapedPath(), "+", "%2B")
	a := archive{url: at.String(), sum: sum}
	if err != nil || !at.near {
		return a, err
	}
	if a.content, err = read(ctx, at.URL, largestArchive); err != nil {
		return archive{}, err
	}
	got := sha256.Sum256(a.content)
	if sum != "" && sum != hex.EncodeToString(got[:]) {
		return archive{}, fmt.Errorf("%s does not have the sum that the mirror names", path.Base(at.Path))
	}
	return a, nil
}

var sumForm = regexp.MustCompile(`^([0-9A-Fa-f]{64})(?:\s+[*]?(\S+))?\s*$`)

// sumOf is the sum that a mirror names of a file: in the list SHA256SUMS of its folder,
// or in a file of its own beside it. It is "" if there is none.
func sumOf(ctx context.Context, base mirror, file string) (string, error) {
	for _, list := range []string{path.Join(path.Dir(file), "SHA256SUMS"), file + ".sha256", "SHA256SUMS"} {
		text, err := read(ctx, base.JoinPath(list), largestSums)
		if errors.Is(err, errAbsent) {
			continue
		}
		if err != nil {
			return "", err
		}
		for line := range strings.Lines(string(text)) {
			found := sumForm.FindStringSubmatch(line)
			if found != nil && (strings.HasSuffix(list, ".sha256") || path.Base(strings.ReplaceAll(found[2], "%2B", "+")) == path.Base(file)) {
				return strings.ToLower(found[1]), nil
			}
		}
	}
	return "", nil
}

// fromTable finds the archive in a table of downloads as uv takes one: the newest of the
// minor version.
func fromTable(ctx context.Context, table string, release cpython.Release, machine string) (archive, error) {
	at, err := readMirror(table)
	if err != nil {
		at = mirror{&url.URL{Scheme: "file", Path: table}, true} // uv takes a path too
	}
	text, err := read(ctx, at.URL, largestSums*4)
	if err != nil {
		return archive{}, fmt.Errorf("the table of downloads can't be read: %w", err)
	}
	var entries map[string]struct {
		Name, OS, Libc, URL, SHA256, Prerelease string
		Variant                                 *string
		Arch                                    struct{ Family string }
		Major, Minor, Patch                     int
	}
	if err := json.Unmarshal(text, &entries); err != nil {
		return archive{}, fmt.Errorf("the table of downloads can't be read: %w", err)
	}
	newest, found := -1, archive{}
	for _, e := range entries {
		if e.Name == "cpython" && e.OS == "linux" && e.Libc == "gnu" && e.Arch.Family == machine && e.Variant == nil && e.Prerelease == "" &&
			fmt.Sprintf("%d.%d", e.Major, e.Minor) == cpython.Minor(release.Version) && e.Patch > newest {
			newest, found = e.Patch, archive{url: e.URL, sum: strings.ToLower(e.SHA256)}
		}
	}
	if newest < 0 {
		return archive{}, fmt.Errorf("the table of downloads has no Python %s", cpython.Minor(release.Version))
	}
	place, err := readMirror(found.url)
	if err != nil {
		return archive{}, err
	}
	return fetchArchive(ctx, place, func() (string, error) { return found.sum, nil })
}
