//go:build !linux && !darwin

package disk

import "os"

// CopyAttributes does nothing: extended attributes are not carried over here.
func CopyAttributes(from, to *os.File) (lost []string) { return nil }
