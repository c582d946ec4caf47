package remote

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed" // the scripts
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/crypto/ssh"

	"slipway/steps/shell"
)

//go:embed upload.sh
var uploadScript string

//go:embed uploaded.sh
var uploadedScript string

// worthAsking is the length from which a server is asked first what it has of an upload that
// broke. To send less takes as long as to ask.
const worthAsking = 256 << 10

// statusNotWhole is how the script ends that receives an upload if the file is not what was sent.
const statusNotWhole = 76

// upload is content on its way to a file on the server.
type upload struct {
	path    string
	content io.ReaderAt
	length  int64
	sum     string
}

func newUpload(path string, content io.ReaderAt, length int64) (upload, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(content, 0, length)); err != nil {
		return upload{}, fmt.Errorf("read what is uploaded: %w", err)
	}
	return upload{path, content, length, hex.EncodeToString(sum.Sum(nil))}, nil
}

// part is the file in which the content gathers. Its name holds the content's sum, so that
// only the same content goes on there.
func (u upload) part() string { return u.path + "." + u.sum[:32] + ".part" }

// receive is the script that keeps standard input, which is the content from offset on.
func (u upload) receive(offset int64) string {
	return shell.Script(uploadScript, shell.Values{"path": u.path, "part": u.part(), "sum": u.sum,
		"offset": strconv.FormatInt(offset, 10), "length": strconv.FormatInt(u.length, 10)})
}

// Upload keeps data in a root-owned 0600 file. If the connection drops it goes on where it
// stopped.
func (c *Client) Upload(ctx context.Context, path string, data []byte) error {
	return c.UploadFrom(ctx, path, bytes.NewReader(data), int64(len(data)))
}

// UploadFrom is [Client.Upload] for the first length bytes of content, which may be more
// than memory should hold. It goes on where an upload of the same content stopped, also that
// of an earlier run.
func (c *Client) UploadFrom(ctx context.Context, path string, content io.ReaderAt, length int64) error {
	u, err := newUpload(path, content, length)
	if err != nil {
		return err
	}
	err = c.send(ctx, u, length >= worthAsking)
	if exit, ok := errors.AsType[*ExitError](err); ok && exit.Status == statusNotWhole {
		err = c.send(ctx, u, false) // what an earlier connection left was damaged, and is gone
	}
	return err
}

// send sends what the server lacks. Whether that is less than all of it, it asks first if
// told so, and each time that the connection dropped.
func (c *Client) send(ctx context.Context, u upload, ask bool) error {
	_, err := acrossDrops(ctx, c, func(conn *ssh.Client, first bool) (none struct{}, err error) {
		var offset int64
		if ask || !first {
			if offset, err = c.uploaded(ctx, conn, u); err != nil {
				return none, err
			}
		}
		var stderr end
		rest := io.NewSectionReader(u.content, offset, u.length-offset)
		err = c.exec(ctx, conn, newErrand(u.receive(offset), true), rest, io.Discard, &stderr)
		return none, withTail(err, "the upload", stderr.String())
	})
	return err
}

// uploaded is how much of an upload the server has.
func (c *Client) uploaded(ctx context.Context, conn *ssh.Client, u upload) (int64, error) {
	ctx, stdout, done := boundedAnswer(ctx)
	defer done()
	var stderr end
	script := shell.Script(uploadedScript, shell.Values{"part": u.part()})
	if err := c.exec(ctx, conn, newErrand(script, true), nil, stdout, &stderr); err != nil {
		return 0, withTail(err, "a look at what was uploaded", stderr.String())
	}
	offset, err := strconv.ParseInt(strings.TrimSpace(stdout.String()), 10, 64)
	if err != nil || offset < 0 || offset > u.length {
		return 0, nil // there is nothing, or nothing of use
	}
	return offset, nil
}
