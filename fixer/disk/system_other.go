//go:build !unix

package disk

import (
	"context"
	"io/fs"
	"os"
)

// Where there is no flock, two oakum processes writing to one root at the same
// moment are not kept apart and do not know of each other; each still refuses
// files the other has changed.

const OpenFlags = 0

func IsNotDir(error) bool { return false }

func IsOtherFileSystem(error) bool { return false }

func HasNoLinks(error) bool { return false }

func isLoop(error) bool { return false }

func systemMessage(error) string { return "" }

func Owner(fs.FileInfo) (uid, gid, links int, ok bool) { return 0, 0, 1, false }

// Lock does nothing.
func Lock(context.Context, *os.File) error { return nil }

// TryShare does nothing.
func TryShare(*os.File) (bool, error) { return true, nil }

func SyncDirectory(*os.File) error { return nil }
