//go:build !unix

package workspace

import (
	"io/fs"
	"os"
)

// Where there is no flock, two oakum processes writing to one root at the same
// moment are not kept apart; each still refuses files the other has changed.

const openFlags = 0

func isNotDir(error) bool { return false }

func isLoop(error) bool { return false }

func systemMessage(error) string { return "" }

func owner(fs.FileInfo) (uid, gid, links int, ok bool) { return 0, 0, 1, false }

func lockFile(*os.File) error { return nil }

func syncDir(*os.File) error { return nil }
