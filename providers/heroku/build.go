package heroku

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v5"
	api "github.com/heroku/heroku-go/v6"

	"slipway/providers"
	"slipway/providers/rest"
)

// start uploads the source and has Heroku build it. The call that starts the build is
// sent once.
func (r *releaseDelivery) start(ctx context.Context, s *standing, report func(string)) (*api.Build, error) {
	if r.app.Archive == nil {
		return nil, &providers.Usage{Err: fmt.Errorf("the source of release %s is not on this computer", r.app.Release), Next: "run the command in the app's folder"}
	}
	from, sum, err := r.upload(ctx, report)
	if err != nil {
		return nil, err
	}
	var o api.BuildCreateOpts
	o.SourceBlob.URL, o.SourceBlob.Version, o.SourceBlob.Checksum = &from, &r.app.Release, &sum
	if err := r.p.chooseBuildpack(ctx, s.app, &o); err != nil {
		return nil, err
	}
	send := func(ctx context.Context) (*api.Build, error) { return r.p.api.BuildCreate(ctx, s.app.ID, o) }
	return settled(ctx, r.p, "the build of release "+r.app.Release, send, func(ctx context.Context) (*api.Build, error) {
		now, err := r.p.standing(ctx, r.spec)
		if err != nil {
			return nil, err
		}
		for i, b := range now.builds {
			old := slices.ContainsFunc(s.builds, func(o api.Build) bool { return o.ID == b.ID })
			if !old && b.SourceBlob.Version != nil && *b.SourceBlob.Version == r.app.Release {
				return &now.builds[i], nil
			}
		}
		return nil, nil
	})
}

// upload puts the source where Heroku fetches it, and returns that address and a checksum.
func (r *releaseDelivery) upload(ctx context.Context, report func(string)) (from, sum string, err error) {
	packed, err := os.CreateTemp("", "slipway-source-*.tar.gz")
	if err != nil {
		return "", "", fmt.Errorf("pack the source: %w", err)
	}
	defer func() { _ = errors.Join(packed.Close(), os.Remove(packed.Name())) }() // it is of no use any more
	digest := sha256.New()
	if err := r.app.Archive(io.MultiWriter(packed, digest)); err != nil {
		return "", "", fmt.Errorf("pack the source: %w", err)
	}
	size, err := packed.Seek(0, io.SeekCurrent)
	if err != nil {
		return "", "", fmt.Errorf("pack the source: %w", err)
	}
	// A source that nothing is built of vanishes at Heroku by itself, so this call may be
	// sent again.
	place, err := backoff.Retry(ctx, func() (*api.Source, error) {
		made, err := r.p.api.SourceCreate(ctx)
		if err = r.p.plain(err); err != nil && !rest.IsUncertain(err) {
			return nil, backoff.Permanent(err)
		}
		return made, err
	}, backoff.WithMaxTries(3))
	if err != nil {
		return "", "", r.p.failed("ask where to put the source", err)
	}
	report(fmt.Sprintf("uploading the source, %d kB", (size+999)/1000))
	if err := r.p.put(ctx, place.SourceBlob.PutURL, packed, size); err != nil {
		return "", "", err
	}
	return place.SourceBlob.GetURL, "SHA256:" + hex.EncodeToString(digest.Sum(nil)), nil
}

// put sends a file to an address that needs no token. To do it twice is the same as once.
func (p *Provider) put(ctx context.Context, to string, file *os.File, size int64) error {
	u, err := rest.Outside(to, p.api.URL)
	if err != nil {
		return p.failed("upload the source", err)
	}
	_, err = backoff.Retry(ctx, func() (struct{}, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodPut, u.String(), io.NewSectionReader(file, 0, size))
		if err != nil {
			return struct{}{}, backoff.Permanent(err)
		}
		request.ContentLength = size
		response, err := p.open.Do(request)
		if err != nil {
			return struct{}{}, rest.WithoutAddress(err) // whoever has it may replace the source
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20)) // so that the connection can be used again
		_ = response.Body.Close()
		if response.StatusCode/100 != 2 {
			return struct{}{}, fmt.Errorf("%s answered with status %d", u.Host, response.StatusCode)
		}
		return struct{}{}, nil
	}, backoff.WithMaxTries(4))
	return p.failed("upload the source", err)
}

// followBuild shows what a build prints, until it has ended, and then follows its
// release.
func (p *Provider) followBuild(ctx context.Context, app *api.App, build *api.Build, report func(string)) (*api.Release, error) {
	now := build
	w := rest.Wait{What: "Heroku's build", Within: p.options.BuildWithin, Next: again, Report: report}
	last, err := p.follow(ctx, build.OutputStreamURL, w, func(ctx context.Context) (bool, string, error) {
		err := p.patient(ctx, "follow the build", func() (err error) {
			now, err = p.api.BuildInfo(ctx, app.ID, build.ID)
			return err
		})
		if err != nil {
			return false, "", err
		}
		// The release comes a moment after the slug.
		return now.Status != pending && (now.Status != succeeded || now.Release != nil), "it is " + now.Status, nil
	})
	if err != nil {
		return nil, err
	}
	if now.Status != succeeded {
		return nil, broken{&providers.Failed{Err: fmt.Errorf("the build failed with status 1: %s", last), Next: "mend the app, then run the same command again"}}
	}
	return p.followRelease(ctx, app, now.Release.ID, report)
}

// followRelease shows what a release phase prints, until it has ended.
func (p *Provider) followRelease(ctx context.Context, app *api.App, id string, report func(string)) (*api.Release, error) {
	var now *api.Release
	look := func(ctx context.Context) (bool, string, error) {
		err := p.patient(ctx, "follow the release", func() (err error) {
			now, err = p.api.ReleaseInfo(ctx, app.ID, id)
			return err
		})
		if err != nil {
			return false, "", err
		}
		return now.Status != pending, "it is " + now.Status, nil
	}
	w := rest.Wait{What: "Heroku's release phase", Within: p.options.BuildWithin, Next: again, Report: report}
	ended, _, err := look(ctx)
	last := ""
	switch {
	case err != nil:
		return nil, err
	case ended && now.Status == succeeded:
		return now, nil
	case now.OutputStreamURL != nil:
		last, err = p.follow(ctx, *now.OutputStreamURL, w, look)
	default:
		err = p.pace.Until(ctx, w, look)
	}
	if err != nil {
		return nil, err
	}
	if now.Status != succeeded {
		return nil, broken{&providers.Failed{
			Err: fmt.Errorf("the release phase failed with status 1: %s", last), Next: "mend the app or its release command, then run the same command again",
		}}
	}
	return now, nil
}

// follow shows the lines of an output until done says that it has come to its end, and
// returns the last ones.
func (p *Provider) follow(ctx context.Context, from string, w rest.Wait, done func(ctx context.Context) (bool, string, error)) (string, error) {
	// How long the output's end may come after the API has told that there is one.
	const grace = 3 * time.Second
	shown := &output{report: w.Report}
	w.Report = shown.tell
	reading, stop := context.WithCancel(ctx)
	defer stop()
	read := make(chan struct{})
	go func() {
		defer close(read)
		p.stream(reading, from, shown)
	}()
	err := p.pace.Until(ctx, w, done)
	if err == nil {
		select {
		case <-read:
		case <-time.After(grace):
		}
	}
	stop()
	<-read
	return shown.last(), err
}
