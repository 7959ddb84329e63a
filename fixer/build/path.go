package build

import "strings"

// Within reports whether a path of an image is a directory or lies below it. Both are
// absolute and clean; nothing lies below "".
func Within(p, dir string) bool {
	return dir != "" && (p == dir || strings.HasPrefix(p, strings.TrimSuffix(dir, "/")+"/"))
}
