package account

import (
	"context"
	"errors"

	"github.com/digitalocean/godo"
)

// Page fetches one page of a list.
type Page[T any] func(ctx context.Context, number int) ([]T, *godo.Response, error)

// FullPage asks for as many items as the API gives in one page.
func FullPage(number int) *godo.ListOptions { return &godo.ListOptions{Page: number, PerPage: 200} }

// EveryPage collects a list from all its pages.
func EveryPage[T any](ctx context.Context, a *Account, doing string, one Page[T]) ([]T, error) {
	var all []T
	for number := 1; ; number++ {
		items, response, err := one(ctx, number)
		if err != nil {
			return nil, a.Failed(doing, a.Plain(err))
		}
		all = append(all, items...)
		if len(items) == 0 || response == nil || response.Links == nil || response.Links.IsLastPage() {
			return all, nil
		}
	}
}

// Whole passes on what the API answered. An answer that leaves out all that was asked for is
// an error, as one that was lost is: nobody knows what became of the call.
func Whole[T any](answer *T, _ *godo.Response, err error) (*T, error) {
	if err == nil && answer == nil {
		err = errors.New("the answer has nothing in it")
	}
	return answer, err
}
