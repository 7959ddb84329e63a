package compose

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A composeCall is a line of a CI file that runs Compose.
type composeCall struct{ line, place string }

var composeCalls = fixer.NewIndex(
	func(f *fixer.File) bool { return f.Workflow != nil && composeCommand().Match(f.Data) },
	func(files []*fixer.File) []composeCall {
		var out []composeCall
		for _, f := range files {
			n := 0
			for line := range strings.Lines(string(f.Data)) {
				if n++; composeCommand().MatchString(line) {
					out = append(out, composeCall{line, fmt.Sprintf("%s:%d", f.Path, n)})
				}
			}
		}
		return out
	})

var composeCommand = text.Regexp(`\bdocker[ -]compose\b.*\b(?:up|run|build|create|start)\b`)

// startedIn returns the place in a CI file that most likely starts the services of a
// file, "" where none does: it names the file, or no file at all where Compose finds this
// one by itself.
func startedIn(p *fixer.Pass, v compose.View) string {
	base := path.Base(v.File)
	for _, call := range composeCalls.Of(p) {
		switch {
		case strings.Contains(call.line, base):
			return call.place
		case !strings.Contains(call.line, " -f ") && !strings.Contains(call.line, "--file") && v.File == base && slices.Contains(compose.MainNames, base):
			return call.place
		}
	}
	return ""
}
