package appplatform

import (
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/digitalocean/godo"
	"golang.org/x/crypto/scrypt"
)

// secretDigest tells one value of a secret variable from another. It stands in the spec,
// so it is slow to compute: who reads it is not to try out values.
func secretDigest(tag, name, value string) string {
	const cost, blocks, parallel, bytes = 1 << 13, 8, 1, 8
	sum, err := scrypt.Key([]byte(value), []byte(tag+"\x00"+name), cost, blocks, parallel, bytes)
	if err != nil {
		panic(fmt.Sprintf("digest a variable: %v", err)) // the parameters are fixed, and right
	}
	return hex.EncodeToString(sum)
}

// secretsOf are the app's own variables in a spec: what App Platform gave in place of each
// value, and the digest of the value.
func secretsOf(spec *godo.AppSpec) (values, digests map[string]string) {
	values, digests = map[string]string{}, map[string]string{}
	if spec == nil {
		return values, digests
	}
	for _, v := range spec.Envs {
		if v.Type == godo.AppVariableType_Secret {
			values[v.Key] = v.Value
		}
	}
	for entry := range strings.SplitSeq(variableOf(spec, digestsVariable), ",") {
		if name, sum, ok := strings.Cut(entry, "="); ok {
			digests[name] = sum
		}
	}
	return values, digests
}

// changeSecrets gives variables values and takes others away, in values and digests, and
// returns the names of those that were otherwise before, sorted. Slipway's own are nobody's
// to change.
func changeSecrets(tag string, values, digests, set map[string]string, unset []string) []string {
	var changed []string
	for _, name := range unset {
		_, was := values[name]
		if _, given := set[name]; given || !was {
			continue
		}
		delete(values, name)
		delete(digests, name)
		changed = append(changed, name)
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		sum := secretDigest(tag, name, set[name])
		_, there := values[name]
		if own(name) || there && digests[name] == sum {
			continue
		}
		values[name], digests[name] = set[name], sum
		changed = append(changed, name)
	}
	slices.Sort(changed)
	return changed
}

// own tells whether a variable is Slipway's.
func own(name string) bool {
	return name == TagVariable || name == ReleaseVariable || name == digestsVariable || name == firstVariable || name == "PORT"
}
