package fakecloud

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	ggcr "github.com/google/go-containerregistry/pkg/registry"
)

// imageServer is the registry's own server, which docker and other clients push to and
// pull from: a real one that asks the cloud who may do what.
type imageServer struct {
	c      *Cloud
	server http.Handler
	// own is the login of the cloud itself, which runs what was pushed.
	own string
}

// Registry is the simulated registry.digitalocean.com of the account. It takes the logins
// that the API gave, holds them to what they may do, and holds the account to its tier.
func (c *Cloud) Registry() http.Handler { return c.images }

// RegistryLogin is the user and the password with which what runs an account's images can
// pull them.
func (c *Cloud) RegistryLogin() (user, password string) { return c.images.own, c.images.own }

// newImageServer keeps layers in memory, or beside the state file if there is one.
func newImageServer(c *Cloud) (*imageServer, error) {
	options := []ggcr.Option{ggcr.Logger(log.New(io.Discard, "", 0))}
	if c.options.StateFile != "" {
		folder := c.options.StateFile + ".images"
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
		options = append(options, ggcr.WithBlobHandler(ggcr.NewDiskBlobHandler(folder)))
	}
	s := &imageServer{c: c, server: ggcr.New(options...), own: rand.Text()}
	if r := c.state.Registry; r != nil {
		for _, m := range r.Manifests {
			s.restore(r.Name, m)
		}
	}
	return s, nil
}

// restore tells the server of a manifest that the state has.
func (s *imageServer) restore(registry string, m *imageManifest) {
	for _, reference := range append([]string{m.Digest}, m.Tags...) {
		s.call(http.MethodPut, registry, m.Repository, reference, m)
	}
}

// forget removes a manifest with its tags.
func (s *imageServer) forget(registry string, m *imageManifest) {
	for _, reference := range append([]string{m.Digest}, m.Tags...) {
		s.remove(registry, m.Repository, reference)
	}
}

func (s *imageServer) remove(registry, repository, reference string) {
	s.call(http.MethodDelete, registry, repository, reference, &imageManifest{})
}

// call is a call of the cloud's own, which nothing refuses.
func (s *imageServer) call(method, registry, repository, reference string, m *imageManifest) {
	path := fmt.Sprintf("/v2/%s/%s/manifests/%s", registry, repository, reference)
	r := httptest.NewRequestWithContext(s.c.ctx, method, path, bytes.NewReader(m.Body))
	r.Header.Set("Content-Type", m.MediaType)
	s.server.ServeHTTP(httptest.NewRecorder(), r) // what it does not know needs no removing
}

// target is what a request to the registry is about.
type target struct {
	registry, repository string
	kind                 string // "manifests", "blobs", "tags"; empty for the server itself
	reference            string
}

func targetOf(path string) target {
	parts := strings.Split(strings.Trim(strings.TrimPrefix(path, "/v2"), "/"), "/")
	for i := len(parts) - 1; i > 1; i-- {
		if parts[i] == "manifests" || parts[i] == "blobs" || parts[i] == "tags" {
			return target{parts[0], strings.Join(parts[1:i], "/"), parts[i], strings.Join(parts[i+1:], "/")}
		}
	}
	return target{registry: parts[0]}
}

// ServeHTTP answers one request.
func (s *imageServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t := targetOf(r.URL.Path)
	if status, code, message := s.refusal(r, t); code != "" {
		if status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Basic realm="`+registryHost+`"`)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"errors": []any{map[string]string{"code": code, "message": message}}}) // the client may have gone
		return
	}
	if t.kind != "manifests" || r.Method != http.MethodPut {
		s.server.ServeHTTP(w, r)
		return
	}
	s.push(w, r, t)
}

// maxManifest is the size of the largest manifest that registries take.
const maxManifest = 4 << 20

// push takes in a manifest.
func (s *imageServer) push(w http.ResponseWriter, r *http.Request, t target) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxManifest))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	s.server.ServeHTTP(answer, r)
	if answer.Code == http.StatusCreated {
		s.c.mu.Lock()
		defer s.c.mu.Unlock()
		if s.c.state.Registry != nil {
			s.c.state.Registry.keep(&imageManifest{
				Repository: t.repository, Digest: answer.Header().Get("Docker-Content-Digest"),
				MediaType: r.Header.Get("Content-Type"), Body: body, UpdatedAt: s.c.now(),
			}, t.reference)
		}
		if err := s.c.save(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // the client may have gone
}

// refusal is why a request is refused, as registries call it; the code is empty if it is
// not.
func (s *imageServer) refusal(r *http.Request, t target) (status int, code, message string) {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	if s.c.faults.RegistryDown {
		return http.StatusServiceUnavailable, "UNAVAILABLE", "service unavailable"
	}
	login, known := s.login(r)
	if !known {
		return http.StatusUnauthorized, "UNAUTHORIZED", "authentication required"
	}
	if t.kind == "" {
		return 0, "", ""
	}
	own := s.c.state.Registry
	writes := r.Method != http.MethodGet && r.Method != http.MethodHead
	switch {
	case own == nil || own.Name != t.registry:
		return http.StatusNotFound, "NAME_UNKNOWN", "repository name not known to registry"
	case r.Method == http.MethodDelete:
		return http.StatusMethodNotAllowed, "UNSUPPORTED", "the operation is unsupported"
	case writes && !login.Writes:
		return http.StatusForbidden, "DENIED", "requested access to the resource is denied"
	case writes:
		return s.overTier(own, t)
	}
	return 0, "", ""
}

// overTier refuses what does not fit into the registry's tier.
func (s *imageServer) overTier(own *registry, t target) (status int, code, message string) {
	tier, repositories := own.tier(), own.repositories()
	if len(own.in(t.repository)) == 0 && tier.Repositories > 0 && len(repositories) >= tier.Repositories {
		return http.StatusForbidden, "DENIED", fmt.Sprintf("registry contains %d repositories, limit is %d", len(repositories), tier.Repositories)
	}
	if s.c.faults.RegistryFull || !tier.AllowOverage && own.storage() >= tier.StorageBytes {
		return http.StatusForbidden, "DENIED", "registry storage limit exceeded"
	}
	return 0, "", ""
}

// login is the login that a request comes with, if it is one that holds.
func (s *imageServer) login(r *http.Request) (registryLogin, bool) {
	user, password, given := r.BasicAuth()
	if !given || user != password {
		return registryLogin{}, false
	}
	if password == s.own {
		return registryLogin{Token: s.own}, true
	}
	if password == s.c.options.Token && password != "" {
		return registryLogin{Token: password, Writes: true}, true
	}
	for _, l := range s.c.state.RegistryLogins {
		if l.Token == password && (l.Expires == nil || s.c.now().Before(*l.Expires)) {
			return l, true
		}
	}
	return registryLogin{}, false
}
