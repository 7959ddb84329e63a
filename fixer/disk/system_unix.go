//go:build unix

package disk

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// OpenFlags keeps an open from waiting for the other end of a FIFO that took
// a file's place after it was looked at.
const OpenFlags = syscall.O_NONBLOCK

// IsNotDir reports whether a path failed because a part before its last is no
// directory.
func IsNotDir(err error) bool { return errors.Is(err, syscall.ENOTDIR) }

// IsOtherFileSystem reports whether a rename failed because its two ends lie on
// different file systems, or mounts of one.
func IsOtherFileSystem(err error) bool { return errors.Is(err, syscall.EXDEV) }

// HasNoLinks reports whether a hard link could not be made because the file
// system has none, as those of memory cards and some of networks.
func HasNoLinks(err error) bool {
	for _, no := range []error{syscall.EPERM, syscall.ENOTSUP, syscall.EOPNOTSUPP, syscall.ENOSYS, syscall.EMLINK} {
		if errors.Is(err, no) {
			return true
		}
	}
	return false
}

func isLoop(err error) bool { return errors.Is(err, syscall.ELOOP) }

// systemMessage returns the wording for errors whose meaning a person may act on.
func systemMessage(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "no space left on the disk"
	case errors.Is(err, syscall.EROFS):
		return "the filesystem is mounted read-only"
	case errors.Is(err, syscall.ENAMETOOLONG):
		return "the name is too long"
	}
	return ""
}

// Owner returns the user and group of a file, and how many names it has.
func Owner(info fs.FileInfo) (uid, gid, links int, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, 1, false
	}
	return int(st.Uid), int(st.Gid), int(st.Nlink), true
}

// lockAgain is how long is waited before a lock is tried once more.
const lockAgain = 10 * time.Millisecond

// Lock waits for the exclusive lock on f, or until the context is done. Closing f
// releases it, and so does the end of the process.
func Lock(ctx context.Context, f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) && !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lockAgain):
		}
	}
}

// TryShare takes a shared lock on f if nobody has the exclusive one, and reports
// whether it did. Closing f releases it.
func TryShare(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// SyncDirectory makes renames in a directory durable.
func SyncDirectory(d *os.File) error {
	err := d.Sync()
	// Some file systems (network, FUSE) do not know how; they order renames
	// themselves.
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		return nil
	}
	return err
}
