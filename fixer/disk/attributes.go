//go:build linux || darwin

package disk

import (
	"errors"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// CopyAttributes gives a file the extended attributes of another, access lists
// among them, and returns the names of those it could not give. Labels that the
// system itself assigns (security.*) are not among these: it has assigned one
// already, and which may be given is for its policy to decide.
func CopyAttributes(from, to *os.File) (lost []string) {
	size, err := unix.Flistxattr(int(from.Fd()), nil)
	if err != nil || size == 0 {
		return nil // there are none, or the file system has no such thing
	}
	list := make([]byte, size)
	if size, err = unix.Flistxattr(int(from.Fd()), list); err != nil {
		return nil
	}
	for name := range strings.SplitSeq(string(list[:size]), "\x00") {
		if name == "" {
			continue
		}
		if err := copyAttribute(from, to, name); err != nil && !strings.HasPrefix(name, "security.") {
			lost = append(lost, name)
		}
	}
	slices.Sort(lost)
	return lost
}

func copyAttribute(from, to *os.File, name string) error {
	size, err := unix.Fgetxattr(int(from.Fd()), name, nil)
	if err != nil {
		return err
	}
	value := make([]byte, size)
	if size, err = unix.Fgetxattr(int(from.Fd()), name, value); err != nil {
		return err
	}
	if size > len(value) {
		return errors.New("the file grew while it was read")
	}
	return unix.Fsetxattr(int(to.Fd()), name, value[:size], 0)
}
