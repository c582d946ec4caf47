package docker

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// largestDockerfile is how many bytes of a Dockerfile are read.
const largestDockerfile = 1 << 20

// labelled passes on the context of a build, with the deployment's label at the begin of
// each stage. So each step has it, also one at which a build was ended, of which the
// engine keeps nothing but the image.
func (d deployment) labelled(w io.Writer, archive func(w io.Writer) error) error {
	packed, sink := io.Pipe()
	go func() { sink.CloseWithError(archive(sink)) }()
	// Ends the archive's writer too if no more of it is read.
	defer packed.CloseWithError(errors.New("the build has ended"))
	unpacked, err := gzip.NewReader(packed)
	if err != nil {
		return fmt.Errorf("read the context of the build: %w", err)
	}
	from, to := tar.NewReader(unpacked), tar.NewWriter(w)
	for {
		header, err := from.Next()
		if errors.Is(err, io.EOF) {
			return to.Close()
		}
		if err != nil {
			return fmt.Errorf("read the context of the build: %w", err)
		}
		var content io.Reader = from
		if header.Name == "Dockerfile" {
			text, err := io.ReadAll(io.LimitReader(from, largestDockerfile))
			if err != nil {
				return fmt.Errorf("read the Dockerfile: %w", err)
			}
			lines := labelStages(string(text), "LABEL "+labelTag+"="+d.spec.Tag)
			content, header.Size = strings.NewReader(lines), int64(len(lines))
		}
		if err := to.WriteHeader(header); err != nil {
			return err
		}
		if _, err := io.Copy(to, content); err != nil {
			return err
		}
	}
}

var fromLine = regexp.MustCompile(`(?i)^\s*FROM\s`)

// labelStages adds a line behind each FROM of a Dockerfile.
func labelStages(dockerfile, line string) string {
	var text strings.Builder
	continued := false
	for l := range strings.Lines(dockerfile) {
		text.WriteString(l)
		from := !continued && fromLine.MatchString(l)
		continued = strings.HasSuffix(strings.TrimSpace(l), `\`)
		if !from {
			continue
		}
		if !strings.HasSuffix(l, "\n") {
			text.WriteString("\n")
		}
		text.WriteString(line + "\n")
	}
	return text.String()
}
