package fakecloud

import (
	"net/http"
	"strconv"
)

// page answers with the page of a list that the query asks for.
func page[T any](k *call, name string, all []T) {
	number, size := 1, 20
	if n, err := strconv.Atoi(k.r.URL.Query().Get("page")); err == nil && n > 0 {
		number = n
	}
	if n, err := strconv.Atoi(k.r.URL.Query().Get("per_page")); err == nil && n > 0 {
		size = min(n, 200)
	}
	from := min((number-1)*size, len(all))
	to := min(from+size, len(all))
	k.answer(http.StatusOK, map[string]any{
		name:    append([]T{}, all[from:to]...),
		"links": pageLinks(k.r, number, size, len(all)),
		"meta":  map[string]int{"total": len(all)},
	})
}

func pageLinks(r *http.Request, number, size, total int) map[string]any {
	last := max((total+size-1)/size, 1)
	link := func(n int) string {
		u := *r.URL
		u.Scheme, u.Host = "http", r.Host
		q := u.Query()
		q.Set("page", strconv.Itoa(n))
		u.RawQuery = q.Encode()
		return u.String()
	}
	pages := map[string]string{}
	if number < last {
		pages["next"], pages["last"] = link(number+1), link(last)
	}
	if number > 1 {
		pages["first"], pages["prev"] = link(1), link(number-1)
	}
	if len(pages) == 0 {
		return map[string]any{}
	}
	return map[string]any{"pages": pages}
}
