package fakeheroku

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// span is what a Range header asks for: "id ]a..b; max=10,order=desc".
type span struct {
	field       string
	first, last string
	after       bool // first itself is left out
	max         int
	descending  bool
}

var rangeHeader = regexp.MustCompile(`^\s*(?:([a-z_]+)\s*)?(\]?)([^.;\s]*)\.\.([^;\s]*)\s*(?:;(.*))?$`)

func (k *call) span() (span, error) {
	s := span{field: "id", max: k.h.options.PageSize}
	header := k.r.Header.Get("Range")
	if header == "" {
		return s, nil
	}
	m := rangeHeader.FindStringSubmatch(header)
	if m == nil {
		return s, fmt.Errorf("invalid range: %q", header)
	}
	if m[1] != "" {
		s.field = m[1]
	}
	s.after, s.first, s.last = m[2] == "]", m[3], m[4]
	for _, part := range strings.FieldsFunc(m[5], func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "max":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 {
				return s, fmt.Errorf("invalid range: max is %q", value)
			}
			s.max = min(n, 1000)
		case "order":
			s.descending = value == "desc"
		}
	}
	return s, nil
}

// compare orders two values of one field.
func compare(a, b any) int {
	x, ok := a.(int)
	y, ok2 := b.(int)
	if ok && ok2 {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b))
}

// bound is a range's limit as a value of the field that it limits.
func bound(text string, like any) any {
	if _, number := like.(int); number {
		n, err := strconv.Atoi(text)
		if err == nil {
			return n
		}
	}
	return text
}

// list answers with the part of a list that the Range header asks for. As at Heroku a
// list has no other order than that of its ids unless the call names a field.
func (k *call) list(all []object) {
	s, err := k.span()
	if err != nil {
		k.fail(http.StatusRequestedRangeNotSatisfiable, "bad_range", err.Error())
		return
	}
	for _, item := range all {
		if _, has := item[s.field]; !has {
			k.fail(http.StatusRequestedRangeNotSatisfiable, "bad_range", "This list can't be ordered by "+s.field+".")
			return
		}
	}
	page, more := s.of(all)
	k.w.Header().Set("Accept-Ranges", "id, name, version, updated_at")
	if len(page) > 0 {
		k.w.Header().Set("Content-Range", fmt.Sprintf("%s %v..%v", s.field, page[0][s.field], page[len(page)-1][s.field]))
	}
	status := http.StatusOK
	if more {
		order := ""
		if s.descending {
			order = ",order=desc"
		}
		k.w.Header().Set("Next-Range", fmt.Sprintf("%s ]%v..%s; max=%d%s", s.field, page[len(page)-1][s.field], s.last, s.max, order))
		status = http.StatusPartialContent
	}
	k.answer(status, append([]object{}, page...))
}

// of is the span's part of a list; more tells that there is another after it.
func (s span) of(all []object) (page []object, more bool) {
	way := 1
	if s.descending {
		way = -1
	}
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b object) int { return way * compare(a[s.field], b[s.field]) })
	for _, item := range all {
		value := item[s.field]
		if s.first != "" {
			c := way * compare(value, bound(s.first, value))
			if c < 0 || c == 0 && s.after {
				continue
			}
		}
		if s.last != "" && way*compare(value, bound(s.last, value)) > 0 {
			continue
		}
		if len(page) == s.max {
			return page, true
		}
		page = append(page, item)
	}
	return page, false
}
