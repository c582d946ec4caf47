package heroku

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slipway/providers/rest"
	"time"
)

// fullPage asks for as many items as the API gives in one page.
const fullPage = "max=1000"

// list collects a list from all its pages. The library reads one page only.
func list[T any](ctx context.Context, p *Provider, doing, path string) ([]T, error) {
	var all []T
	err := p.patient(ctx, doing, func() (err error) {
		all, err = listed[T](ctx, p, path)
		return err
	})
	return all, err
}

func listed[T any](ctx context.Context, p *Provider, path string) ([]T, error) {
	var all []T
	for next := "id ..; " + fullPage; next != ""; {
		request, err := p.api.NewRequest(ctx, http.MethodGet, path, nil, nil)
		if err != nil {
			return nil, err
		}
		request.Header.Set("Range", next)
		response, err := p.client.Do(request)
		if err != nil {
			return nil, err
		}
		var page []T
		err = json.NewDecoder(response.Body).Decode(&page)
		if err = errors.Join(err, response.Body.Close()); err != nil {
			return nil, err
		}
		all, next = append(all, page...), response.Header.Get("Next-Range")
	}
	return all, nil
}

// patient asks for what is there, and asks again for as long as look-ups may lag behind
// if it does not show.
func (p *Provider) patient(ctx context.Context, doing string, ask func() error) error {
	var last error
	_, err := p.pace.UntilFound(ctx, func(context.Context) (bool, error) {
		last = p.plain(ask())
		return !rest.IsNotFound(last), nil
	})
	if err != nil {
		last = err
	}
	return p.failed(doing, last)
}

// settled sends a call that changes something and that must not be sent twice. If its
// answer is lost, find looks for what the call made, for as long as look-ups may lag
// behind. what is what it makes.
func settled[T any](ctx context.Context, p *Provider, what string, send func(ctx context.Context) (*T, error), find func(ctx context.Context) (*T, error)) (*T, error) {
	made, err := send(ctx)
	if err = p.plain(err); err == nil {
		return made, nil
	}
	if ctx.Err() != nil {
		return nil, p.failed("create "+what+" (the next run finds out whether it was made)", ctx.Err())
	}
	if !rest.IsUncertain(err) && !isTaken(err) {
		return nil, p.failed("create "+what, err)
	}
	found, lookErr := awaited(ctx, p, find)
	switch {
	case lookErr != nil || found != nil:
		return found, lookErr
	case isTaken(err):
		return nil, p.failed("create "+what, err)
	}
	return nil, rest.NothingMade(what, err)
}

// awaited calls find for as long as look-ups may lag behind a create; nil is none.
func awaited[T any](ctx context.Context, p *Provider, find func(ctx context.Context) (*T, error)) (*T, error) {
	var found *T
	_, err := p.pace.UntilFound(ctx, func(ctx context.Context) (bool, error) {
		var err error
		found, err = find(ctx)
		return found != nil, err
	})
	return found, err
}

// lookAsked looks once, or, with the time of a create call whose answer is not known,
// for as long as look-ups may lag behind. nil is none.
func lookAsked[T any](ctx context.Context, p *Provider, asked time.Time, find func(ctx context.Context) (*T, error)) (*T, error) {
	if asked.IsZero() {
		return find(ctx)
	}
	return awaited(ctx, p, find)
}
