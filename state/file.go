package state

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"slipway/state/durable"
	"slipway/state/regular"
)

const (
	fileName     = "state.json"
	lastGoodName = "state.json.last"
	// version is the version of the file's format. A file with a higher one was
	// written by a newer slipway and is not touched.
	version = 1
)

// envelope is the whole content of the file. The checksum is the one of the
// record's compact JSON: white space may differ, nothing else may.
type envelope struct {
	Version int             `json:"version"`
	SHA256  string          `json:"sha256"`
	Record  json.RawMessage `json:"record"`
}

// encode returns the file's bytes for a record.
func encode(r Record) ([]byte, error) {
	raw, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode state: %w", err)
	}
	out, err := json.MarshalIndent(envelope{Version: version, SHA256: sum(raw), Record: raw}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode state: %w", err)
	}
	return append(out, '\n'), nil
}

// plainly reads an envelope that is written as encode writes it, which takes no scan of the
// record; ok is false for any other. That the record is whole, and no more than a record, is
// seen by whoever reads it.
func plainly(data []byte) (env envelope, ok bool) {
	rest, ok := bytes.CutPrefix(data, plainStart)
	if !ok || len(rest) < sha256.Size*2 {
		return envelope{}, false
	}
	hexed := rest[:sha256.Size*2]
	rest, begins := bytes.CutPrefix(rest[len(hexed):], plainRecord)
	rest, ends := bytes.CutSuffix(rest, plainEnd)
	if !begins || !ends {
		return envelope{}, false
	}
	return envelope{Version: version, SHA256: string(hexed), Record: rest}, true
}

// What stands around the checksum and the record in a file that encode wrote.
var (
	plainStart  = fmt.Appendf(nil, "{\n  \"version\": %d,\n  \"sha256\": \"", version)
	plainRecord = []byte("\",\n  \"record\": ")
	plainEnd    = []byte("\n}\n")
)

// decode reads the file's bytes. Every error is a *Damaged without a path.
func decode(data []byte) (Record, error) {
	if env, ok := plainly(data); ok {
		if record, err := env.read(); err == nil {
			return record, nil
		}
	}
	var env envelope
	if err := json.Unmarshal(data, &env); err != nil {
		return Record{}, &Damaged{Kind: Torn, Err: err}
	}
	if env.Version > version {
		return Record{}, &Damaged{Kind: Newer, Err: fmt.Errorf("its version is %d, this slipway knows %d", env.Version, version)}
	}
	if env.Version < 1 || len(env.Record) == 0 {
		return Record{}, &Damaged{Kind: Foreign, Err: errors.New("it has no version or no record")}
	}
	return env.read()
}

// read checks the record against its checksum.
func (env envelope) read() (Record, error) {
	var compact bytes.Buffer
	compact.Grow(len(env.Record))
	if err := json.Compact(&compact, env.Record); err != nil {
		return Record{}, &Damaged{Kind: Torn, Err: err}
	}
	if sum(compact.Bytes()) != env.SHA256 {
		return Record{}, &Damaged{Kind: Edited, Err: errors.New("its checksum does not match its content")}
	}
	var r Record
	if err := json.Unmarshal(compact.Bytes(), &r); err != nil {
		return Record{}, &Damaged{Kind: Foreign, Err: err}
	}
	if r.Name == "" || r.Tag == "" {
		return Record{}, &Damaged{Kind: Foreign, Err: errors.New("it names no deployment or no tag")}
	}
	return r, nil
}

func sum(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

// Read returns a deployment's record without taking its lock. The error is
// ErrUnknown if there is none, a *Damaged if it can't be trusted.
func (h Home) Read(name string) (Record, error) {
	if err := h.settle(); err != nil {
		return Record{}, err
	}
	return readFile(filepath.Join(h.Folder(name), fileName))
}

func readFile(path string) (Record, error) {
	data, err := durable.Read(path, regular.Large)
	if errors.Is(err, fs.ErrNotExist) {
		return Record{}, ErrUnknown
	}
	if err != nil {
		return Record{}, fmt.Errorf("read state: %w", err)
	}
	r, err := decode(data)
	if damaged, ok := errors.AsType[*Damaged](err); ok {
		damaged.Path = path
		damaged.LastGood = lastGood(path)
	}
	return r, err
}

// lastGood is the path of the copy of the record before this one, if that copy is
// whole; else "".
func lastGood(path string) string {
	last := filepath.Join(filepath.Dir(path), lastGoodName)
	data, err := durable.Read(last, regular.Large)
	if err != nil {
		return ""
	}
	if _, err := decode(data); err != nil {
		return ""
	}
	return last
}

// writeFile replaces the state file. After a crash at any instant either the old or
// the new one is there, whole and on disk. The old one stays beside the new one. A
// file that can't be trusted is never replaced.
func writeFile(dir string, r Record) error {
	path := filepath.Join(dir, fileName)
	if _, err := readFile(path); err != nil && !errors.Is(err, ErrUnknown) {
		return err
	}
	data, err := encode(r)
	if err != nil {
		return err
	}
	// The new one is on disk before the copy of the one before the old is given up.
	next := filepath.Join(dir, "."+fileName)
	if err := durable.WriteFile(next, data); err != nil {
		return unwritable(dir, err)
	}
	if err := keepLastGood(path); err != nil {
		return unwritable(dir, err)
	}
	if err := durable.Rename(next, path); err != nil {
		return unwritable(dir, err)
	}
	return nil
}

// keepLastGood gives the present file the name lastGoodName too. It goes by way of
// a third name, so that there is a file of that name at every instant.
func keepLastGood(path string) error {
	next := filepath.Join(filepath.Dir(path), "."+lastGoodName)
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err := os.Link(path, next)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil { // a file system without hard links
		data, readErr := durable.Read(path, regular.Large)
		if readErr != nil {
			return readErr
		}
		if err := durable.WriteFile(next, data); err != nil {
			return err
		}
	}
	return durable.Rename(next, filepath.Join(filepath.Dir(path), lastGoodName))
}
