package plan

import (
	"fmt"

	"slipway/providers"
)

// Usagef says that what was asked for can't be used, and what to type next.
func Usagef(next, format string, args ...any) *providers.Usage {
	return &providers.Usage{Err: fmt.Errorf(format, args...), Next: next, About: providers.AboutSetting}
}
