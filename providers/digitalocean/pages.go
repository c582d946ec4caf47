package digitalocean

import (
	"context"

	"github.com/digitalocean/godo"
)

// pageOf fetches one page of a list.
type pageOf[T any] func(ctx context.Context, number int) ([]T, *godo.Response, error)

// fullPage asks for as many items as the API gives in one page.
func fullPage(number int) *godo.ListOptions { return &godo.ListOptions{Page: number, PerPage: 200} }

// everyPage collects a list from all its pages.
func everyPage[T any](ctx context.Context, p *Provider, doing string, one pageOf[T]) ([]T, error) {
	var all []T
	for number := 1; ; number++ {
		items, response, err := one(ctx, number)
		if err != nil {
			return nil, p.failed(doing, p.plain(err))
		}
		all = append(all, items...)
		if len(items) == 0 || response == nil || response.Links == nil || response.Links.IsLastPage() {
			return all, nil
		}
	}
}
