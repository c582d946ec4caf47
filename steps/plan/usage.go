package plan

import (
	"fmt"
)

// Usage says that what was asked for can't be meant: a bad name, an unknown
// provider, a folder that is not there. Nothing was done. The command exits
// with 2.
type Usage struct {
	What string
	// Next is what to type instead.
	Next string
}

func (e *Usage) Error() string {
	if e.Next == "" {
		return e.What
	}
	return e.What + ": " + e.Next
}

func Usagef(next, format string, args ...any) *Usage {
	return &Usage{What: fmt.Sprintf(format, args...), Next: next}
}
