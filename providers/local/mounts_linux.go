package local

import (
	"slices"
	"strconv"
	"strings"
)

// mount is one line of /proc/self/mountinfo.
type mount struct {
	device, root, point, fstype, options string
}

// parseMounts reads the text of mountinfo; see proc_pid_mountinfo(5).
func parseMounts(mountinfo string) []mount {
	var list []mount
	for line := range strings.Lines(mountinfo) {
		head, tail, ok := strings.Cut(line, " - ")
		before, after := strings.Fields(head), strings.Fields(tail)
		if !ok || len(before) < 6 || len(after) < 3 {
			continue
		}
		list = append(list, mount{
			device: before[2], root: unescape(before[3]), point: unescape(before[4]),
			fstype: after[0], options: after[2],
		})
	}
	return list
}

// unescape replaces mountinfo's octal escapes by the characters.
func unescape(field string) string {
	var out strings.Builder
	for i := 0; i < len(field); i++ {
		if field[i] == '\\' && i+3 < len(field) {
			if code, err := strconv.ParseUint(field[i+1:i+4], 8, 8); err == nil {
				out.WriteByte(byte(code))
				i += 3
				continue
			}
		}
		out.WriteByte(field[i])
	}
	return out.String()
}

// mounted tells whether something is mounted at exactly that path.
func mounted(list []mount, path string) bool {
	return slices.ContainsFunc(list, func(m mount) bool { return m.point == path })
}

// mountsAt lists the mount points at and below the paths, in the order in which they
// can be unmounted.
func mountsAt(list []mount, paths ...string) []string {
	var points []string
	for _, m := range slices.Backward(list) {
		for _, path := range paths {
			if m.point == path || strings.HasPrefix(m.point, path+"/") {
				points = append(points, m.point)
				break
			}
		}
	}
	return points
}
