//go:build !linux

package machines

import "errors"

func (*Machines) openWay(int, *machine, string) error {
	return errors.New("machines reach what is on this computer only under Linux")
}
