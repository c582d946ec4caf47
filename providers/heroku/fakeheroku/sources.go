package fakeheroku

import (
	"io"
	"net/http"
	"os"
	"slices"
)

// createSource answers with where a source archive is put and got.
func (h *Heroku) createSource(k *call) {
	id := h.nextID()
	h.state.Sources = append(h.state.Sources, id)
	k.answer(http.StatusCreated, object{"source_blob": object{"get_url": k.address("sources/" + id), "put_url": k.address("sources/" + id + "?signature=put")}})
}

func (h *Heroku) sourceFile(id string) string { return h.folder("sources", id+".tar.gz") }

// putSource takes an archive as Amazon's S3 does with the address that Heroku signs: with
// its length, and without a Content-Type, which is not in the signature.
func (h *Heroku) putSource(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	known, refused := slices.Contains(h.state.Sources, r.PathValue("id")), h.faults.RefusedUpload
	h.mu.Unlock()
	var status int
	var code string
	switch {
	case refused:
		status, code = http.StatusForbidden, "AccessDenied"
	case !known || r.Header.Get("Content-Type") != "" || r.URL.Query().Get("signature") != "put":
		status, code = http.StatusForbidden, "SignatureDoesNotMatch"
	case r.ContentLength < 0:
		status, code = http.StatusNotImplemented, "NotImplemented"
	case h.keep(r.PathValue("id"), r.Body) != nil:
		status, code = http.StatusInternalServerError, "InternalError"
	default:
		w.WriteHeader(http.StatusOK)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>`+code+`</Code></Error>`)
}

// keep stores an archive; one that did not arrive as a whole leaves nothing.
func (h *Heroku) keep(id string, body io.Reader) error {
	if err := os.MkdirAll(h.folder("sources"), 0o700); err != nil {
		return err
	}
	part, err := os.CreateTemp(h.folder("sources"), ".part-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(part.Name()) }() // after the rename there is no file of this name
	_, err = io.Copy(part, body)
	if closed := part.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(part.Name(), h.sourceFile(id))
}

func (h *Heroku) readSource(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	known := slices.Contains(h.state.Sources, r.PathValue("id"))
	h.mu.Unlock()
	if !known {
		http.NotFound(w, r)
		return
	}
	http.ServeFile(w, r, h.sourceFile(r.PathValue("id")))
}
