package access

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/steps/plan"
	"slipway/steps/remote"
)

// WasRefused tells whether the server was reached and took none of the keys.
func WasRefused(err error) bool {
	var refused *remote.LoginRefused
	return errors.As(err, &refused)
}

// DialOperator logs in as the operator, who must be able to become root. The second
// result lets go of the operator's keys; the caller closes the client first. It
// returns a *providers.Refused if the server does not let the operator in or be root.
func DialOperator(ctx context.Context, host providers.ExistingServer, where providers.Server, pinned []ssh.PublicKey) (*remote.Client, func(), error) {
	signers, done, err := host.Signers(ctx)
	if err != nil {
		return nil, nil, err
	}
	target := remote.Target{Address: where.Address, Port: where.Port, User: where.User, HostKeys: pinned, Signers: signers}
	client, err := remote.Dial(ctx, target)
	if WasRefused(err) {
		err = &providers.Refused{Err: err, Next: "give --identity FILE, a private key whose public half is in " + where.User + "'s authorized_keys"}
	}
	if err == nil {
		client, err = becomesRoot(ctx, client, target, host)
	}
	if err != nil {
		done()
		return nil, nil, err
	}
	return client, done, nil
}

// DialAny logs in as the deployment's own user, if it may be there, or where that is
// refused as the operator; user is empty if the server was never changed. A server that
// refuses both is tried as each other user that the deployment may have: a run that was
// cut off may have shut the operator out. The second result closes the client.
func DialAny(ctx context.Context, host providers.ExistingServer, where providers.Server, user string, pinned []ssh.PublicKey, signers []ssh.Signer) (*remote.Client, func(), error) {
	if len(pinned) == 0 {
		return nil, nil, errors.New("the server was never connected to")
	}
	if user == "" {
		return dialOperator(ctx, host, where, pinned)
	}
	client, err := DialDeploy(ctx, where, user, pinned, signers)
	if !WasRefused(err) {
		return client, func() { client.Close() }, err
	}
	client, done, err := dialOperator(ctx, host, where, pinned)
	if !WasRefused(err) {
		return client, done, err
	}
	for _, other := range plan.Logins {
		if other == user {
			continue
		}
		if client, err := DialDeploy(ctx, where, other, pinned, signers); err == nil {
			return client, func() { client.Close() }, nil
		}
	}
	return nil, nil, err
}

// dialOperator is DialOperator with a second result that closes the client too.
func dialOperator(ctx context.Context, host providers.ExistingServer, where providers.Server, pinned []ssh.PublicKey) (*remote.Client, func(), error) {
	client, done, err := DialOperator(ctx, host, where, pinned)
	if err != nil {
		return nil, nil, err
	}
	return client, func() { client.Close(); done() }, nil
}

// becomesRoot returns a client whose scripts run as root: the one that was given or,
// where sudo wants a password, a new one that has it.
func becomesRoot(ctx context.Context, client *remote.Client, target remote.Target, host providers.ExistingServer) (*remote.Client, error) {
	err := client.TrySudo(ctx)
	if err == nil {
		return client, nil
	}
	client.Close()
	if none, ok := errors.AsType[*remote.NoShell](err); ok {
		return nil, &providers.Refused{Err: err, Next: none.Hint()}
	}
	var exit *remote.ExitError
	if !errors.As(err, &exit) {
		return nil, err
	}
	if next := target.SudoHint(err); next != "" {
		return nil, &providers.Refused{Err: fmt.Errorf("%s can't become root on %s: %w", target.User, target.Address, exit), Next: next}
	}
	if target.SudoPassword, err = host.SudoPassword(ctx); err != nil {
		return nil, err
	}
	next := "set SLIPWAY_SUDO_PASSWORD to the password of " + target.User + ", or log in as a user who may become root"
	if target.SudoPassword == "" {
		return nil, &providers.Refused{Err: fmt.Errorf("%s can't become root on %s without a password: %w", target.User, target.Address, exit), Next: next}
	}
	if client, err = remote.Dial(ctx, target); err != nil {
		return nil, err
	}
	if err = client.TrySudo(ctx); err == nil {
		return client, nil
	}
	client.Close()
	if errors.As(err, &exit) {
		return nil, &providers.Refused{Err: fmt.Errorf("%s can't become root on %s: %w", target.User, target.Address, exit), Next: next}
	}
	return nil, err
}

// DialDeploy tries once to log in as the deployment's own user.
func DialDeploy(ctx context.Context, where providers.Server, user string, pinned []ssh.PublicKey, signers []ssh.Signer) (*remote.Client, error) {
	return remote.Dial(ctx, DeployTarget(where, user, pinned, signers))
}

// DeployTarget is the login of the deployment's own user.
func DeployTarget(where providers.Server, user string, pinned []ssh.PublicKey, signers []ssh.Signer) remote.Target {
	return remote.Target{Address: where.Address, Port: where.Port, User: user, HostKeys: pinned, Signers: signers}
}

// ParseHostKeys reads pinned host keys, each a line in authorized_keys form.
func ParseHostKeys(lines []string) ([]ssh.PublicKey, error) {
	var keys []ssh.PublicKey
	for _, line := range lines {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
		if err != nil {
			return nil, fmt.Errorf("read the pinned host key: %w", err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}
