package plan

import (
	"fmt"

	"slipway/providers"
)

// Usagef is the error for a setting, a flag or an argument that can't be used. next
// says what to type instead and may be empty; format and args say what is wrong,
// and may wrap a cause with %w.
func Usagef(next, format string, args ...any) *providers.Usage {
	return &providers.Usage{Err: fmt.Errorf(format, args...), Next: next, About: providers.AboutSetting}
}
