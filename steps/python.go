package steps

import (
	"slipway/providers"

	"fmt"

	"slipway/steps/app"
)

// checkPython refuses a server whose Python the app does not take, before
// anything is changed on it.
func (s System) checkPython(p Plan) error {
	if p.App.PythonVersion == "" || s.Python == "" {
		return nil
	}
	fits, err := app.PythonFits(p.App.PythonVersion, s.Python)
	if err != nil {
		return &providers.Failed{Err: err, Next: "set app.python in slipway.toml, as \">=3.11\" or \"3.13\""}
	}
	if fits {
		return nil
	}
	return &providers.Failed{Err: fmt.Errorf("the app asks for Python %s and the server has %s", p.App.PythonVersion, s.Python),
		Next: "use an image with a Python that fits (debian-13 has 3.13, debian-12 has 3.11), or say in slipway.toml which the app takes: app.python"}
}
