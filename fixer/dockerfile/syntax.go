package dockerfile

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/oakum-sec/oakum/fixer/text"
)

// A SyntaxError says why a file is no Dockerfile that builds.
type SyntaxError struct {
	Line   int    // from 1; 0 when the whole file is meant
	Reason string // one line, lower case, no full stop
}

// Error returns the reason with its line.
func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return e.Reason
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
}

// The limits keep BuildKit's recursive word reader, and questions that look at
// all instructions before one, away from files that are made to hurt. They are
// far above what people write: the largest of 500 real Dockerfiles has 10 kB,
// 60 instructions and 7 stages, and an image cannot have more than 127 layers.
const (
	maxBytes        = 1 << 20
	maxReferences   = 1000 // "${" in one run of continued lines
	maxInstructions = 2000
	maxStages       = 500
)

// checkLimits looks at the raw bytes only, before any parser does. Variables
// are counted between line endings that end an instruction for sure: those
// without an escape character before them.
func checkLimits(src []byte) error {
	if len(src) > maxBytes {
		return syntaxErrorf(0, "the file has %d bytes; more than %d is not read", len(src), maxBytes)
	}
	if bytes.Count(src, []byte("${")) > maxReferences {
		return checkReferences(src)
	}
	return nil
}

func checkReferences(src []byte) error {
	lines := text.NewLines(src)
	count, from := 0, 1
	for n := 1; n <= lines.Count(); n++ {
		line := []byte(lines.Text(n))
		count += bytes.Count(line, []byte("${"))
		if count > maxReferences {
			return syntaxErrorf(from, "more than %d variables in one instruction are not read", maxReferences)
		}
		t := bytes.TrimRight(line, " \t\r")
		if isComment(line) || len(t) == 0 || t[len(t)-1] == '\\' || t[len(t)-1] == '`' {
			continue // may go on
		}
		count, from = 0, n+1
	}
	return nil
}

// parseAST runs BuildKit's parser. A panic there would be its bug, but the
// bytes come from anywhere, and one bad file must not end a run.
func parseAST(src []byte) (res *parser.Result, err error) {
	defer recovered(0, &err)
	res, perr := parser.Parse(bytes.NewReader(src))
	if perr != nil {
		return nil, asSyntaxError(perr, 0)
	}
	return res, nil
}

// parseTyped runs BuildKit's reading of one instruction. It gets a linter that
// reports to nobody, because without one a "# check=" comment above the instruction
// makes it panic.
func parseTyped(node *parser.Node) (cmd instructions.Command, err error) {
	defer recovered(node.StartLine, &err)
	v, perr := instructions.ParseInstructionWithLinter(node, linter.New(&linter.Config{}))
	if perr != nil {
		return nil, asSyntaxError(perr, node.StartLine)
	}
	cmd, _ = v.(instructions.Command) // FROM gives a stage instead
	return cmd, nil
}

func recovered(line int, err *error) {
	if r := recover(); r != nil {
		*err = syntaxErrorf(line, "the parser failed: %v", r)
	}
}

// asSyntaxError turns an error of BuildKit into one line of our own. Its
// suggestions are dropped: they depend on the order of a map.
func asSyntaxError(err error, line int) *SyntaxError {
	var loc *parser.LocationError
	if errors.As(err, &loc) && len(loc.Locations) > 0 && len(loc.Locations[0]) > 0 {
		if l := loc.Locations[0][0].Start.Line; l > 0 {
			line = l
		}
	}
	if cause := err.Error(); strings.HasPrefix(cause, "only one ") || strings.HasPrefix(cause, "invalid escape token") ||
		strings.HasPrefix(cause, "dockerfile line greater") {
		line++ // BuildKit gives the line before for these
	}
	var unknown *instructions.UnknownInstructionError
	if errors.As(err, &unknown) {
		return syntaxErrorf(line, "unknown instruction %q", unknown.Instruction)
	}
	reason, _, _ := strings.Cut(err.Error(), " (did you mean")
	if after, ok := strings.CutPrefix(reason, "dockerfile parse error on line "); ok {
		if _, rest, ok := strings.Cut(after, ": "); ok {
			reason = rest
		}
	}
	return syntaxErrorf(line, "%s", reason)
}

func syntaxErrorf(line int, format string, args ...any) *SyntaxError {
	reason := text.VisibleLine(fmt.Sprintf(format, args...))
	const most = 300
	if len(reason) > most {
		reason = strings.ToValidUTF8(reason[:most], "") + "…"
	}
	return &SyntaxError{Line: line, Reason: reason}
}
