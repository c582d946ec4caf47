package app

import (
	"fmt"
	"strconv"
	"strings"
)

// OverlayModule is the name of the settings module that [Overlay.Text] is the text of.
const OverlayModule = "slipway_settings"

// Text is the source of the settings module: the app's own settings, and what they can't
// know of the place where they run. The hosts come from a variable, so that the text stays
// the same as long as the release does. root is the app's folder there; "." is the folder
// above the module's own.
func (o Overlay) Text(root string) string {
	lines := []string{
		"# Written by slipway: the settings of the app, and what they can't know of the server.",
		fmt.Sprintf("from %s import *", o.Module),
		"import os as _os",
	}
	if o.Hosts {
		lines = append(lines, fmt.Sprintf("ALLOWED_HOSTS = [*globals().get(%s, []), *_os.environ.get(%s, \"\").split()]",
			PythonString("ALLOWED_HOSTS"), PythonString(HostsVariable)))
	}
	if o.StaticRoot != "" {
		place := PythonString(root + "/" + o.StaticRoot)
		if root == "." {
			place = fmt.Sprintf("_os.path.join(_os.path.dirname(_os.path.dirname(_os.path.abspath(__file__))), %s)", PythonString(o.StaticRoot))
		}
		lines = append(lines, "STATIC_ROOT = "+place)
	}
	return strings.Join(lines, "\n") + "\n"
}

// PythonString is a text as Python's source has it, in quotes: Go's escapes for ASCII are Python's
// too.
func PythonString(text string) string { return strconv.QuoteToASCII(text) }
