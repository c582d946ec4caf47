// Package loopback gives each deployment on this computer a loopback address of its
// own, so that all of them can have the same port.
package loopback

import (
	"crypto/sha256"
	"net/netip"
	"strconv"
)

// Candidate is the nth address for a tag: always the same for the same tag, in
// 127.0.0.0/8 but not in 127.0.x.x, which other programs use.
func Candidate(tag string, n int) netip.Addr {
	sum := sha256.Sum256([]byte(tag + "/" + strconv.Itoa(n)))
	return netip.AddrFrom4([4]byte{127, 1 + sum[0]%254, sum[1], 1 + sum[2]%254})
}
