package local

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"slipway/providers"
)

// source is the place of the operator's own disk image, and its checksum.
type source struct {
	// address is a URL; if it is empty, file is a path.
	address, file string
	// algorithm and sum are its checksum: sha256 or sha512, in hexadecimal.
	// Both are empty if none was given.
	algorithm, sum string
}

// isSource tells whether --image is the place of a disk image, which has a slash,
// and not a system's name.
func isSource(image string) bool { return strings.Contains(image, "/") }

var checksum = regexp.MustCompile(`^(sha256):([0-9a-f]{64})$|^(sha512):([0-9a-f]{128})$`)

// parseSource reads FILE, FILE#sha256:SUM or https://...#sha256:SUM. What comes
// from a network must have its checksum.
func parseSource(image string) (source, error) {
	place, sum, has := strings.Cut(image, "#")
	s := source{file: place}
	if has {
		found := checksum.FindStringSubmatch(strings.ToLower(sum))
		if found == nil {
			return source{}, errors.New("after the # write sha256: and 64 hexadecimal digits, or sha512: and 128")
		}
		s.algorithm, s.sum = found[1]+found[3], found[2]+found[4]
	}
	if !strings.Contains(place, "://") {
		return s, nil
	}
	u, err := url.Parse(place)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return source{}, errors.New("an image's URL begins with https://")
	}
	if !has {
		return source{}, errors.New("an image's URL ends with #sha256: (or #sha512:) and the checksum that its publisher gives")
	}
	s.address, s.file = place, ""
	return s, nil
}

// CheckImage checks the text of --image: a slug, or for the engine qemu a disk
// image: FILE, FILE#sha256:SUM or https://...#sha256:SUM. It does not look whether
// the image exists. The error says what a right value looks like.
func CheckImage(image string) error {
	if !isSource(image) {
		return errors.New("it is a slug like debian-13, or a disk image: FILE, ./FILE or https://...#sha256:SUM")
	}
	_, err := parseSource(image)
	return err
}

func (s source) newHash() hash.Hash {
	if s.algorithm == "sha512" {
		return sha512.New()
	}
	return sha256.New()
}

// name is the image's name for people: that of its file.
func (s source) name() string {
	if s.address == "" {
		return filepath.Base(s.file)
	}
	if u, err := url.Parse(s.address); err == nil && path.Base(u.Path) != "/" && path.Base(u.Path) != "." {
		return path.Base(u.Path)
	}
	return "image"
}

// key tells this image from all others. It is made of the checksum, or else of the
// file's path, size and time.
func (s source) key() (string, error) {
	if s.sum != "" {
		return s.sum[:16], nil
	}
	file, err := filepath.Abs(s.file)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(file)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a file", file)
	}
	sum := sha256.Sum256([]byte(file + "\x00" + strconv.FormatInt(info.Size(), 10) + "\x00" + info.ModTime().UTC().String()))
	return hex.EncodeToString(sum[:8]), nil
}

// unfit are the characters that the name of an image's folder must not have.
var unfit = regexp.MustCompile(`[^A-Za-z0-9.]+`)

// importFrom returns the base image for the operator's own disk image.
func importFrom(image, cache string) (base, error) {
	s, err := parseSource(image)
	if err != nil {
		return nil, &providers.Usage{Err: fmt.Errorf("--image %s: %w", image, err), Next: "give --image FILE, or --image https://...#sha256:SUM"}
	}
	key, err := s.key()
	if err != nil {
		return nil, &providers.Usage{
			Err:  fmt.Errorf("the image %s can't be used: %w", s.file, err),
			Next: "give the path of a disk image (qcow2 or raw), or leave --image out",
		}
	}
	label := strings.Trim(unfit.ReplaceAllString(s.name(), "-"), "-.")
	label = strings.TrimRight(label[:min(len(label), 60)], "-.")
	return imported{source: s, path: filepath.Join(cache, "images", "import-"+label+"-"+key)}, nil
}
