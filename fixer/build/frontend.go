package build

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

var frontend = text.Regexp(`^(?:docker\.io/)?docker/dockerfile(?:-upstream)?(?::([^@]*))?(?:@.*)?$`)

// FrontendBefore says why the frontend that reads the file may not know a feature that
// came with version 1.MINOR, or gives "". need is the feature with its verb: "secrets
// as variables need". A version of one number is the newest of its kind; without a
// directive the engine's own frontend counts.
func FrontendBefore(f *dockerfile.File, minor int, need string) string {
	d, ok := f.Directive("syntax")
	if !ok {
		return ""
	}
	at := frontend().FindStringSubmatch(d.Value)
	if at == nil {
		return fmt.Sprintf("line %d uses the frontend %s, whose features are unknown", d.Line, d.Value)
	}
	version, _, _ := strings.Cut(at[1], "-")
	parts := strings.Split(version, ".")
	if version == "" || version == "latest" || version == "labs" || version == "1" {
		return ""
	}
	if major, err := strconv.Atoi(parts[0]); err == nil && len(parts) > 1 {
		if n, err := strconv.Atoi(parts[1]); err == nil && (major > 1 || n >= minor) {
			return ""
		}
	}
	return fmt.Sprintf("line %d uses the frontend %s, and %s version 1.%d", d.Line, d.Value, need, minor)
}
