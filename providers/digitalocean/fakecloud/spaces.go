package fakecloud

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// spaces is Spaces: an S3 server that asks the cloud what a key may do. What is in its
// buckets is kept in memory.
type spaces struct {
	c       *Cloud
	objects http.Handler
	memory  *s3mem.Backend
}

// Spaces is the simulated Spaces of the account, in all regions at once. It takes the keys
// that the API made, checks their signatures and holds them to their buckets.
func (c *Cloud) Spaces() http.Handler { return c.spaces }

func newSpaces(c *Cloud) *spaces {
	memory := s3mem.New()
	for _, bucket := range slices.Concat(c.state.Buckets, c.state.ForeignBuckets) {
		_ = memory.CreateBucket(bucket) // the memory is empty
	}
	return &spaces{c: c, memory: memory, objects: gofakes3.New(memory, gofakes3.WithTimeSkewLimit(0)).Server()}
}

// AddForeignBucket makes a bucket of another account's.
func (c *Cloud) AddForeignBucket(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state.ForeignBuckets = append(c.state.ForeignBuckets, name)
	_ = c.spaces.memory.CreateBucket(name) // one that is there will do
}

// RemoveBucket removes a bucket of the account with all that is in it, as its owner can.
func (c *Cloud) RemoveBucket(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state.Buckets = slices.DeleteFunc(c.state.Buckets, func(b string) bool { return b == name })
	_ = c.spaces.memory.ForceDeleteBucket(name) // one that is gone already will do
}

// ServeHTTP answers one request.
func (s *spaces) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	bucket, object, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if status, code := s.refusal(r, bucket, object); code != "" {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		//nolint:gosec // code is one of the words below
		_, _ = io.WriteString(w, "<?xml version=\"1.0\"?><Error><Code>"+code+"</Code></Error>") // it is no error of the cloud if the client has gone
		return
	}
	s.objects.ServeHTTP(w, r)
}

// refusal is why a request is refused, as S3 calls it; the code is empty if it is not.
func (s *spaces) refusal(r *http.Request, bucket, object string) (status int, code string) {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	if s.c.faults.SpacesDown {
		return http.StatusServiceUnavailable, "SlowDown"
	}
	own, foreign := slices.Contains(s.c.state.Buckets, bucket), slices.Contains(s.c.state.ForeignBuckets, bucket)
	access, signed := credential(r)
	key := s.c.spacesKey(access)
	switch {
	case !signed && !own && !foreign:
		return http.StatusNotFound, "NoSuchBucket"
	case !signed:
		return http.StatusForbidden, "AccessDenied"
	case key == nil || key.Made != nil && s.c.now().Before(key.Made.Add(s.c.faults.SpacesKeyLag)):
		return http.StatusForbidden, "InvalidAccessKeyId"
	case !validSignature(r, key.SecretKey):
		return http.StatusForbidden, "SignatureDoesNotMatch"
	case r.Method == http.MethodPut && object == "" && r.URL.RawQuery == "":
		return s.newBucket(key, bucket, own, foreign)
	case foreign || !key.may(r.Method, bucket):
		return http.StatusForbidden, "AccessDenied"
	case !own:
		return http.StatusNotFound, "NoSuchBucket"
	case s.c.faults.SpacesFull && (r.Method == http.MethodPut || r.Method == http.MethodPost):
		return http.StatusForbidden, "QuotaExceeded"
	}
	return 0, ""
}

// newBucket takes a bucket into the account.
func (s *spaces) newBucket(key *spacesKey, bucket string, own, foreign bool) (status int, code string) {
	switch {
	case !key.may(http.MethodPut, ""):
		return http.StatusForbidden, "AccessDenied"
	case foreign:
		return http.StatusConflict, "BucketAlreadyExists"
	case own:
		return http.StatusConflict, "BucketAlreadyOwnedByYou"
	}
	s.c.state.Buckets = append(s.c.state.Buckets, bucket)
	if err := s.c.save(); err != nil {
		return http.StatusInternalServerError, "InternalError"
	}
	return 0, ""
}

// authorization are the parts of a signed request's header by name: Credential,
// SignedHeaders, Signature.
func authorization(r *http.Request) map[string]string {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ")
	if !ok {
		return nil
	}
	parts := map[string]string{}
	for part := range strings.SplitSeq(given, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[name] = value
	}
	return parts
}

// credential is the access key that a request is signed with; false without a signature.
func credential(r *http.Request) (string, bool) {
	parts := authorization(r)
	access, _, _ := strings.Cut(parts["Credential"], "/")
	return access, parts != nil
}

// validSignature checks the signature of a request's headers (AWS Signature Version 4).
func validSignature(r *http.Request, secret string) bool {
	parts := authorization(r)
	scope := strings.Split(parts["Credential"], "/") // key, day, region, service, aws4_request
	if len(scope) != 5 {
		return false
	}
	var headers strings.Builder
	for name := range strings.SplitSeq(parts["SignedHeaders"], ";") {
		value := strings.Join(r.Header.Values(name), ",")
		switch name {
		case "host":
			value = r.Host
		case "content-length":
			value = fmt.Sprint(r.ContentLength)
		}
		fmt.Fprintf(&headers, "%s:%s\n", name, strings.TrimSpace(value))
	}
	canonical := strings.Join([]string{
		r.Method, r.URL.EscapedPath(), strings.ReplaceAll(r.URL.Query().Encode(), "+", "%20"),
		headers.String(), parts["SignedHeaders"], r.Header.Get("X-Amz-Content-Sha256"),
	}, "\n")
	sum := sha256.Sum256([]byte(canonical))
	toSign := strings.Join([]string{"AWS4-HMAC-SHA256", r.Header.Get("X-Amz-Date"), strings.Join(scope[1:], "/"), hex.EncodeToString(sum[:])}, "\n")
	key := []byte("AWS4" + secret)
	for _, step := range append(scope[1:], toSign) {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(step))
		key = mac.Sum(nil)
	}
	return hmac.Equal([]byte(hex.EncodeToString(key)), []byte(parts["Signature"]))
}
