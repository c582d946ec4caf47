package index

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"slipway/state/regular"
	"slipway/steps/app"
)

const (
	publicIndex = "https://pypi.org/simple"
	// patience is how long all questions of a plan take together.
	patience = 5 * time.Second
	// atOnce is how many questions are asked at a time.
	atOnce = 8
	// largest is the size of an answer that is read, in bytes. The largest of PyPI are a
	// few million.
	largest = 64 << 20
)

// Index is a package index that speaks the simple API (PEP 503 and 691), with its cache.
// It can be used by several goroutines.
type Index struct {
	address string
	cache   string
	client  *http.Client

	mu sync.Mutex
	// silent is why the index is not asked any more: it did not answer before.
	silent error
}

// New is the index that pip and uv would use by the environment: UV_DEFAULT_INDEX,
// UV_INDEX_URL or PIP_INDEX_URL, else PyPI. It is nil, which knows nothing, if
// UV_OFFLINE or PIP_NO_INDEX says that none is to be asked. cache is a folder for
// answers; it is made when it is needed.
func New(getenv func(string) string, cache string) *Index {
	if isSet(getenv("UV_OFFLINE")) || isSet(getenv("PIP_NO_INDEX")) {
		return nil
	}
	address := publicIndex
	for _, key := range []string{"PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX"} {
		if value := getenv(key); value != "" {
			address = strings.TrimRight(value, "/")
		}
	}
	return &Index{address: address, cache: cache, client: &http.Client{}}
}

func isSet(value string) bool {
	switch strings.ToLower(value) {
	case "", "0", "false", "no", "off":
		return false
	}
	return true
}

// Files are the files of each pin, by Key; a pin whose files are not known is not
// among them. The error says why a question was not answered; the files that are known
// are right all the same. A nil Index knows what the pins themselves have.
func (x *Index) Files(ctx context.Context, pins []app.Pin) (map[string][]File, error) {
	known := map[string][]File{}
	var open []app.Pin
	for _, p := range pins {
		if files := x.known(p); files != nil {
			known[Key(p)] = files
			continue
		}
		open = append(open, p)
	}
	if x == nil || len(open) == 0 {
		return known, nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.silent != nil {
		return known, x.silent
	}
	answers, err := x.ask(ctx, open)
	maps.Copy(known, answers)
	x.silent = err
	return known, err
}

// Key names a pin in what Files returns.
func Key(p app.Pin) string { return p.Name + " " + p.Version }

// known are the files that the lock file names, or that an earlier answer had.
func (x *Index) known(p app.Pin) []File {
	if p.Files != nil {
		files := make([]File, len(p.Files))
		for i, name := range p.Files {
			files[i].Name = name
		}
		return files
	}
	if x == nil {
		return nil
	}
	text, err := regular.Read(context.Background(), x.kept(p), regular.Large)
	if err != nil {
		return nil
	}
	var files []File
	if json.Unmarshal(text, &files) != nil {
		return nil // it is asked for and written again
	}
	return files
}

// kept is the file of the cache for a pin's answer. A pin's name and version have no
// characters that mean something in a path, but for dots.
func (x *Index) kept(p app.Pin) string {
	place := "pypi.org"
	if u, err := url.Parse(x.address); x.address != publicIndex && err == nil {
		place = url.PathEscape(u.Host + u.Path)
	}
	return filepath.Join(x.cache, "index", "@"+place, "@"+p.Name, "@"+p.Version+".json")
}

// ask asks the index about the pins.
func (x *Index) ask(ctx context.Context, pins []app.Pin) (map[string][]File, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("it took longer than %s", patience))
	defer cancel()
	var (
		answers = map[string][]File{}
		trouble error
		mu      sync.Mutex
		asking  sync.WaitGroup
		free    = make(chan struct{}, atOnce)
	)
	for _, p := range pins {
		asking.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			files, err := x.of(ctx, p)
			if files != nil {
				x.keep(p, files)
			}
			mu.Lock()
			defer mu.Unlock()
			if files != nil {
				answers[Key(p)] = files
			}
			trouble = cmp.Or(trouble, err)
		})
	}
	asking.Wait()
	return answers, trouble
}

// keep writes an answer to the cache. A cache that can't be written costs a question.
func (x *Index) keep(p app.Pin, files []File) {
	text, err := json.Marshal(files)
	if err != nil {
		return
	}
	path := x.kept(p)
	if os.MkdirAll(filepath.Dir(path), 0o755) != nil {
		return
	}
	part, err := os.CreateTemp(filepath.Dir(path), ".part")
	if err != nil {
		return
	}
	_, err = part.Write(text)
	if err = errors.Join(err, part.Close()); err == nil {
		err = os.Rename(part.Name(), path)
	}
	if err != nil {
		os.Remove(part.Name())
	}
}

// of asks about one pin. A package or a version that the index does not have has no
// files; what installs it will say so.
func (x *Index) of(ctx context.Context, p app.Pin) ([]File, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, x.address+"/"+p.Name+"/", nil)
	if err != nil {
		return nil, errors.New("its address can't be understood")
	}
	request.Header.Set("Accept", "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1")
	response, err := x.client.Do(request)
	if err != nil {
		return nil, withoutAddress(ctx, err)
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode == http.StatusNotFound:
		return nil, nil
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("it answered %s", response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, largest))
	if err != nil {
		return nil, withoutAddress(ctx, err)
	}
	var files []File
	if kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); strings.HasSuffix(kind, "json") {
		if files, err = readJSON(body); err != nil {
			return nil, err
		}
	} else {
		files = readHTML(string(body))
	}
	return ofVersion(files, p), nil
}

// withoutAddress leaves out the address of an index, which may hold a password.
func withoutAddress(ctx context.Context, err error) error {
	if asked, ok := errors.AsType[*url.Error](err); ok {
		err = asked.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return context.Cause(ctx)
	}
	return err
}

func readJSON(body []byte) ([]File, error) {
	var answer struct {
		Files []struct {
			Filename string `json:"filename"`
			Python   string `json:"requires-python"`
		} `json:"files"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, fmt.Errorf("its answer can't be read: %w", err)
	}
	files := make([]File, len(answer.Files))
	for i, f := range answer.Files {
		files[i] = File{f.Filename, f.Python}
	}
	return files, nil
}

var linkText = regexp.MustCompile(`<a\s[^>]*>\s*([^<>\s]+)\s*</a>`)

// readHTML reads a page of the older form, whose links have the files' names as text.
func readHTML(page string) []File {
	var files []File
	for _, link := range linkText.FindAllStringSubmatch(page, -1) {
		files = append(files, File{Name: link[1]})
	}
	return files
}

// ofVersion are the files of the pinned version.
func ofVersion(files []File, p app.Pin) []File {
	var of []File
	for _, f := range files {
		if versionOf(f.Name, p.Name) == canonical(p.Version) {
			of = append(of, f)
		}
	}
	return of
}

var (
	separators = regexp.MustCompile(`[-_.]+`)
	archive    = regexp.MustCompile(`\.(tar\.gz|zip|tgz|tar\.bz2|egg)$`)
	zeros      = regexp.MustCompile(`(\.0)+$`)
)

// versionOf is the version in a file's name, in the form of canonical; "" if the file is
// not of the package with this normalised name.
func versionOf(file, name string) string {
	if base, isWheel := strings.CutSuffix(file, ".whl"); isWheel {
		parts := strings.SplitN(base, "-", 3)
		if len(parts) < 3 || strings.ToLower(separators.ReplaceAllString(parts[0], "-")) != name {
			return ""
		}
		return canonical(parts[1])
	}
	base := archive.ReplaceAllString(file, "")
	for at, r := range base {
		if r == '-' && strings.ToLower(separators.ReplaceAllString(base[:at], "-")) == name {
			return canonical(base[at+1:])
		}
	}
	return ""
}

// canonical is a version in one spelling: "3.0" and "3.0.0" are the same.
func canonical(version string) string {
	version = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(version)), "v")
	return zeros.ReplaceAllString(strings.ReplaceAll(version, "_", "+"), "")
}
