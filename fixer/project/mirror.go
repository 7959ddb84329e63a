package project

import (
	"fmt"
	"strings"
)

// ParseMirrors reads mirrors that are written as HOST=MIRROR; nil for none.
func ParseMirrors(list []string) (map[string]string, error) {
	var out map[string]string
	for _, m := range list {
		from, to, ok := strings.Cut(m, "=")
		if !ok || from == "" || to == "" {
			return nil, fmt.Errorf("%q is not HOST=MIRROR", m)
		}
		if out == nil {
			out = map[string]string{}
		}
		out[from] = to
	}
	return out, nil
}
