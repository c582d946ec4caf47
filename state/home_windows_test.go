package state

import "testing"

func TestLocateOnWindows(t *testing.T) {
	for name, c := range map[string]struct {
		env        map[string]string
		dir, cache string
	}{
		"own":     {map[string]string{"LOCALAPPDATA": `C:\l`, "HOME": `C:\h`}, `C:\l\slipway`, `C:\l\slipway\cache`},
		"slipway": {map[string]string{"LOCALAPPDATA": `C:\l`, "SLIPWAY_HOME": `C:\x`}, `C:\x`, `C:\x\cache`},
		"xdg":     {map[string]string{"LOCALAPPDATA": `C:\l`, "XDG_STATE_HOME": `C:\s`, "HOME": `C:\h`}, `C:\s\slipway`, `C:\h\.cache\slipway`},
	} {
		t.Run(name, func(t *testing.T) {
			home, err := Locate(func(key string) string { return c.env[key] })
			if err != nil || home.Dir != c.dir || home.Cache != c.cache {
				t.Errorf("got %+v, %v", home, err)
			}
		})
	}
}
