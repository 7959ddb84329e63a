package project

import "runtime/debug"

// Published returns this program as `go run` takes it, MODULE@VERSION, or "" where the
// build recorded no module. Others can have it only where the version is of a release.
func Published() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return info.Path + "@" + info.Main.Version
}
