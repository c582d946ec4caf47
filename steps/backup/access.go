package backup

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

//go:embed access.sh
var accessText string

// accessLook prints the public half of the server's key for the place of the backups, and
// what is known of them.
const accessLook = `[ ! -e ` + repositoryFolder + `/config ] || echo ` + hasRepository + `
[ ! -f ` + layout.BackupIdentity + `.pub ] || sed 's/^/allow /' ` + layout.BackupIdentity + `.pub
` + LookState

// credentialsFile has the variables with which the place of the backups is reached.
func credentialsFile(p plan.Plan) shell.File {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(p.BackupEnv)) {
		text.WriteString(name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(p.BackupEnv[name]) + "\"\n")
	}
	return shell.File{Path: layout.BackupCredentials, Mode: "600", Content: text.String()}
}

func hostKeysFile(p plan.Plan) shell.File {
	return shell.File{Path: layout.BackupKnownHosts, Mode: "600", Content: shell.Lines(append(p.BackupHostKeys, "")...)}
}

// accessPaths are the files by which the server reaches the place of the backups. A look
// prints the sums of secrets, and none of them.
var accessPaths = []string{layout.BackupKey, layout.BackupCredentials, layout.BackupIdentity, layout.BackupKnownHosts}

// given are the files that this run brings.
func given(p plan.Plan) []shell.File {
	var files []shell.File
	if len(p.BackupEnv) > 0 {
		files = append(files, credentialsFile(p))
	}
	if len(p.BackupHostKeys) > 0 {
		files = append(files, hostKeysFile(p))
	}
	return files
}

// decideAccess lists what the server lacks to reach the place of the backups.
func decideAccess(v fact.View) []providers.Change {
	to, on := v.Plan.BackupTo()
	if !on {
		return nil
	}
	var changes []providers.Change
	if !isPrivate(v.Looked, layout.BackupKey) {
		changes = append(changes, providers.Change{What: "put the key of the backups on the server", Why: "they are encrypted before they leave it"})
	}
	for _, f := range given(v.Plan) {
		if !f.Same(v.Looked) {
			changes = append(changes, providers.Change{What: "write " + f.Path, Why: "only root reads it", Was: f.Was(v.Looked)})
		}
	}
	if to.Scheme == plan.BackupSFTP && !isPrivate(v.Looked, layout.BackupIdentity) {
		changes = append(changes, providers.Change{What: "make a key with which the server logs in at " + to.SSHHost()})
	}
	return changes
}

func isPrivate(looked, path string) bool {
	return slices.Contains(shell.SplitLines(looked), "600 root:root "+path)
}

// putAccess is the shell text that lets the server reach the place of the backups. Its own
// key of the repository stays: earlier backups can be read with it alone.
func putAccess(p plan.Plan) string {
	to, on := p.BackupTo()
	if !on {
		return ":"
	}
	identity := ""
	if to.Scheme == plan.BackupSFTP {
		identity = layout.BackupIdentity
	}
	return shell.Lines(
		shell.Script(accessText, shell.Values{"key": layout.BackupKey, "given": p.BackupKey, "identity": identity, "tag": p.Tag}),
		shell.PutAll(given(p)))
}

// tryAccess makes the repository if it can be reached, and says why if not. A place that
// can't be reached stops no deployment.
func tryAccess(p plan.Plan) string {
	if _, on := p.BackupTo(); !on {
		return ":"
	}
	return "timeout -k 5 60 " + Call("reach") + ` | grep -v '^@' || :`
}

// refuseAccess says what is missing to reach a bucket.
func refuseAccess(v fact.View) error {
	if len(v.Plan.BackupEnv) > 0 || isPrivate(v.Looked, layout.BackupCredentials) {
		return nil
	}
	return CheckAccess(v.Plan)
}

// CheckAccess refuses a plan whose server is new and would not be able to reach the bucket
// of the backups.
func CheckAccess(p plan.Plan) error {
	to, on := p.BackupTo()
	if !on || to.Scheme != plan.BackupS3 || len(p.BackupEnv) > 0 {
		return nil
	}
	return &providers.Failed{Err: fmt.Errorf("backups go to %s, and its credentials are neither here nor on the server", to),
		Next: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, then run the same command again; the server keeps them"}
}

// accessNotes say what somebody has to do for backups to be made, and to be of use.
func accessNotes(v fact.View) []string {
	to, on := v.Plan.BackupTo()
	if !on {
		return nil
	}
	state, err := ReadState(v.Looked)
	if err == nil && state.Repository.Place == to.String() {
		if c := state.Judge(v.Plan.Name, to.String(), time.Now()); !c.OK {
			return []string{"the backups are not good: " + strings.Join(c.Trouble, "; ") + "; next: " + c.Next}
		}
		return nil
	}
	if errors.Is(err, errUnreadable) {
		return []string{"what is known of the backups can't be read: " + err.Error()}
	}
	if key := allowed(v.Looked); to.Scheme == plan.BackupSFTP && key != "" {
		return []string{"backups begin once " + to.SSHHost() + " takes the server's key, and slipway backup now says whether it does: " + key}
	}
	return []string{"the place of the backups could not be reached yet: slipway backup now says why"}
}

// allowed is the public key that accessLook printed; empty if there is none.
func allowed(looked string) string {
	for _, line := range shell.SplitLines(looked) {
		if key, ok := strings.CutPrefix(line, "allow "); ok {
			return printable(key)
		}
	}
	return ""
}
