package appplatform

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/digitalocean/godo"
)

// differs says in what a spec is otherwise than wanted, in a few words; "" if in nothing.
// App Platform fills in what a spec leaves open, so only what is wanted counts. Values of
// secret variables can't be compared: their digests are.
func differs(have, wanted *godo.AppSpec) string {
	return differing("", plainSpec(have), plainSpec(wanted))
}

// plainSpec is a spec as its JSON has it, without the values of secrets.
func plainSpec(spec *godo.AppSpec) any {
	if spec == nil {
		return map[string]any{}
	}
	text, err := json.Marshal(spec)
	if err != nil {
		panic(err) // text and numbers always have a form in JSON
	}
	var plain map[string]any
	if err := json.Unmarshal(text, &plain); err != nil {
		panic(err)
	}
	envs, _ := plain["envs"].([]any)
	for _, v := range envs {
		if v, ok := v.(map[string]any); ok && v["type"] == string(godo.AppVariableType_Secret) {
			delete(v, "value")
		}
	}
	return plain
}

// differing is the first place where have lacks something of wanted.
func differing(at string, have, wanted any) string {
	switch w := wanted.(type) {
	case map[string]any:
		h, _ := have.(map[string]any)
		for _, key := range sortedKeys(w) {
			if place := differing(joined(at, key), h[key], w[key]); place != "" {
				return place
			}
		}
		return ""
	case []any:
		h, _ := have.([]any)
		if len(h) != len(w) {
			return at
		}
		for _, one := range w {
			if place := differing(joined(at, nameIn(one)), namesake(h, one), one); place != "" {
				return place
			}
		}
		return ""
	}
	if fmt.Sprint(have) == fmt.Sprint(wanted) {
		return ""
	}
	return at
}

func sortedKeys(m map[string]any) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func joined(at, key string) string {
	if at == "" || key == "" {
		return at + key
	}
	return at + "." + key
}

// nameIn is by what an entry of a list is known.
func nameIn(entry any) string {
	m, _ := entry.(map[string]any)
	for _, key := range []string{"name", "key", "domain", "rule"} {
		if name, ok := m[key].(string); ok {
			return name
		}
	}
	return ""
}

// namesake is the entry of a list that is known by the same name; nil is none.
func namesake(list []any, entry any) any {
	at := slices.IndexFunc(list, func(other any) bool { return nameIn(other) == nameIn(entry) })
	if at < 0 {
		return nil
	}
	return list[at]
}
