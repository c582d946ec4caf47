//go:build !linux

package machines

import "errors"

func (m *Machines) reach(int) error {
	if m.Reach == "" {
		return nil
	}
	return errors.New("machines reach what is on this computer only under Linux")
}

func (*Machines) unreach(int) {}
