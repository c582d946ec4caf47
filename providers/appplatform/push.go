package appplatform

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/digitalocean/godo"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// store is the app's repository in the account's registry.
type store struct {
	p          *Provider
	registry   string
	repository name.Repository
	options    []remote.Option
}

// loginFor is how long a login to the registry holds.
const loginFor = time.Hour

// store opens the app's repository. writes asks for a login that may push.
func (p *Provider) store(ctx context.Context, spec providers.Spec, writes bool) (*store, error) {
	found, err := p.registry(ctx)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, &providers.Failed{Err: errors.New("the account has no container registry (any more)"), Next: again}
	}
	server, user, password, err := p.registryLogin(ctx, writes)
	if err != nil {
		return nil, err
	}
	repository, err := repositoryAt(server, found.Name, AppName(spec.Name, spec.Tag), p.options.RegistryURL)
	if err != nil {
		return nil, err
	}
	return &store{p: p, registry: found.Name, repository: repository, options: []remote.Option{
		remote.WithContext(ctx), remote.WithAuth(&authn.Basic{Username: user, Password: password}), remote.WithTransport(bounded{rest.NewBase()}),
		remote.WithUserAgent("slipway"),
	}}, nil
}

// repositoryAt is an app's place in a registry of a server that the API names, or of the
// one at the address that the operator gave. No login goes to a server in plain text.
func repositoryAt(server, registry, app, given string) (name.Repository, error) {
	var options []name.Option
	if given != "" {
		u, err := url.Parse(given)
		if err != nil {
			return name.Repository{}, err
		}
		if server = u.Host; u.Scheme == "http" {
			options = append(options, name.Insecure)
		}
	}
	repository, err := name.NewRepository(server+"/"+registry+"/"+app, options...)
	if err != nil {
		return name.Repository{}, fmt.Errorf("name the app's place in the container registry: %w", rest.Brief(err))
	}
	if repository.RegistryStr() != server || given == "" && repository.Scheme() != "https" {
		return name.Repository{}, &providers.Failed{Err: fmt.Errorf("the API names a container registry that takes no encrypted login: %q", rest.Shortened(server)), Next: again}
	}
	return repository, nil
}

// bounded reads no more of an answer than any has that is read here: layers never are.
type bounded struct{ http.RoundTripper }

// mostAnswered is how many bytes an answer of the registry may have.
const mostAnswered = 16 << 20

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		response.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(response.Body, mostAnswered), response.Body}
	}
	return response, err
}

// registryLogin asks for a login to the registry, which is secret.
func (p *Provider) registryLogin(ctx context.Context, writes bool) (server, user, password string, err error) {
	const doing = "ask for a login to the container registry"
	seconds := int(loginFor.Seconds())
	given, err := account.Whole(p.api.Registry.DockerCredentials(ctx, &godo.RegistryDockerCredentialsRequest{ReadWrite: writes, ExpirySeconds: &seconds}))
	if err != nil {
		return "", "", "", p.failed(doing, err)
	}
	var config struct {
		Auths map[string]struct{ Auth string }
	}
	if err := json.Unmarshal(given.DockerConfigJSON, &config); err != nil {
		return "", "", "", &providers.Failed{Err: fmt.Errorf("%s: the answer can't be read: %w", doing, err), Next: again}
	}
	for at, login := range config.Auths {
		plain, err := base64.StdEncoding.DecodeString(login.Auth)
		if user, password, ok := strings.Cut(string(plain), ":"); err == nil && ok {
			return at, user, password, nil
		}
	}
	return "", "", "", &providers.Failed{Err: fmt.Errorf("%s: the answer has none", doing), Next: again}
}

// tag is where the image of a release lies.
func (s *store) tag(release string) name.Tag { return s.repository.Tag(release) }

// image is the image of a release; nil if the registry has none.
func (s *store) image(release string) (v1.Image, error) {
	image, err := remote.Image(s.tag(release), s.options...)
	if e, ok := errors.AsType[*transport.Error](err); ok && e.StatusCode == http.StatusNotFound {
		return nil, nil
	}
	return image, s.failed("look for the image of release "+release, err)
}

// push brings an image to the registry. To do it twice is the same as once.
func (s *store) push(image v1.Image, release string, report func(line string)) error {
	progress := make(chan v1.Update, 100)
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		showProgress(progress, s.p.api.Pace.Clock, report)
	}()
	err := remote.Write(s.tag(release), image, append(s.options, remote.WithProgress(progress))...)
	<-shown // the library closes the channel
	return s.failed("push the image of release "+release, err)
}

// showProgress reports a push now and then.
func showProgress(progress <-chan v1.Update, clock rest.Clock, report func(line string)) {
	const every = 5 * time.Second
	last := clock.Now()
	for u := range progress {
		if now := clock.Now(); u.Total>>20 > 0 && now.Sub(last) >= every {
			last = now
			report(fmt.Sprintf("pushed %d of %d MB", u.Complete>>20, u.Total>>20))
		}
	}
}

// failed explains an error of the registry.
func (s *store) failed(doing string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		if err != nil {
			err = fmt.Errorf("%s: %w", doing, err)
		}
		return err
	}
	err = s.p.api.Secretless(err)
	answer, ok := errors.AsType[*transport.Error](err)
	err = fmt.Errorf("%s at %s: %w", doing, s.repository.RegistryStr(), rest.Brief(err))
	if !ok {
		return &providers.Failed{Err: fmt.Errorf("no answer from the container registry: %w", err), Next: "check the network, and DIGITALOCEAN_REGISTRY_URL if it is set; then " + again}
	}
	text := strings.ToLower(answer.Error())
	switch {
	case strings.Contains(text, "limit") || strings.Contains(text, "quota") || strings.Contains(text, "storage"):
		return &providers.Refused{Err: fmt.Errorf("the tier of the container registry is too small: %w", err), Next: s.largerTier()}
	case answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden:
		return &providers.Refused{Err: fmt.Errorf("the container registry does not take the login: %w", err),
			Next: "make a token with the scopes registry:read, registry:create and registry:update, then " + again}
	}
	return &providers.Failed{Err: fmt.Errorf("the container registry has trouble: %w", err), Next: again}
}

// largerTier says how a registry becomes larger, and what that costs.
func (s *store) largerTier() string {
	return fmt.Sprintf("remove what is not needed (doctl registry repository list-v2, doctl registry garbage-collection start %s), or take a larger tier at "+
		"https://cloud.digitalocean.com/registry: basic is %s, professional $%.2f; then %s", s.registry, providers.AMonth(tiers[1].monthly), tiers[2].monthly, again)
}

// command are the words with which an image serves the app.
func command(image v1.Image) ([]string, error) {
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	return append(append([]string{}, config.Config.Entrypoint...), config.Config.Cmd...), nil
}
