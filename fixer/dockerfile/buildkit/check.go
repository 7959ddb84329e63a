package buildkit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/subrequests/lint"
	"github.com/moby/buildkit/solver/pb"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"oakum/fixer/dockerfile"
)

// A Report is what BuildKit says about a file.
type Report struct {
	Warnings []Warning // sorted by line, then rule, then message
	// Failure is set when the file parses but cannot be built, for instance
	// because an image name is empty without build arguments. Warnings then
	// holds what was found up to that point.
	Failure *Failure
}

// A Warning is one finding of one check.
type Warning struct {
	Rule    string // BuildKit's name, such as SecretsUsedInArgOrEnv
	Line    int    // from 1; 0 when the whole file is meant
	Message string // about this place
	URL     string
	Hidden  bool // the file asks for this check to be skipped
}

// A Failure says why the file cannot be built.
type Failure struct {
	Line    int
	Message string
}

// The limits beyond which a file is not handed to BuildKit, whose conversion
// keeps every expanded value and cannot be interrupted.
const (
	maxInstructions = 2000
	maxGrowth       = 1 << 20
	timeout         = 5 * time.Second
)

// Check runs the checks. It fails with a [*dockerfile.SyntaxError] for a file
// that does not parse, with a [*dockerfile.Refusal] for one that is made to
// exhaust memory, and with an error when ctx ends or the checks take longer
// than a few seconds.
func Check(ctx context.Context, src []byte) (Report, error) {
	f, err := dockerfile.Parse(src)
	if err != nil {
		return Report{}, err
	}
	if n := len(f.Instructions); n > maxInstructions {
		return Report{}, &dockerfile.Refusal{Code: dockerfile.RefusedSize,
			Reason: fmt.Sprintf("the file has %d instructions; BuildKit's checks are not run on more than %d", n, maxInstructions)}
	}
	if f.Growth() > maxGrowth {
		return Report{}, &dockerfile.Refusal{Code: dockerfile.RefusedSize,
			Reason: "the variables of the file grow too large for BuildKit's checks"}
	}
	bare, silenced := withoutSkips(f)
	report, err := run(ctx, bare)
	if err != nil || !silenced {
		return report, err
	}
	shown, err := run(ctx, src)
	if err != nil {
		return Report{}, err
	}
	if report.Failure == nil {
		report.Failure = shown.Failure // the options themselves may be invalid
	}
	for k := range report.Warnings {
		w := &report.Warnings[k]
		w.Hidden = !slices.Contains(shown.Warnings, *w)
	}
	return report, nil
}

// run calls BuildKit on its own goroutine: it may panic, and it does not watch
// the context. One that is given up on goes on until it is done; the limits see
// to it that this is soon.
func run(ctx context.Context, src []byte) (Report, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	type answer struct {
		results *lint.LintResults
		err     error
	}
	done := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if r := recover(); r != nil {
				a.err = fmt.Errorf("BuildKit's checks failed: %v", r)
			}
			done <- a
		}()
		a.results, a.err = dockerfile2llb.DockerfileLint(ctx, src, options(src))
	}()
	select {
	case <-ctx.Done():
		return Report{}, fmt.Errorf("BuildKit's checks did not finish: %w", ctx.Err())
	case a := <-done:
		if a.err != nil {
			return Report{}, a.err
		}
		if a.results == nil {
			return Report{}, errors.New("BuildKit's checks gave no answer")
		}
		return newReport(a.results), nil
	}
}

// platform is fixed so that the checks say the same on every machine.
var platform = ocispecs.Platform{OS: "linux", Architecture: "amd64"}

func options(src []byte) dockerfile2llb.ConvertOpt {
	target := platform
	opt := dockerfile2llb.ConvertOpt{
		TargetPlatform: &target,
		MetaResolver:   emptyImages{},
		SourceMap:      llb.NewSourceMap(nil, "Dockerfile", "Dockerfile", src),
	}
	opt.SourceMap.Definition = &llb.Definition{}
	return opt
}

func newReport(results *lint.LintResults) Report {
	var out Report
	for _, w := range results.Warnings {
		out.Warnings = append(out.Warnings, Warning{
			Rule: w.RuleName, Line: line(w.Location), Message: w.Detail, URL: w.URL,
		})
	}
	slices.SortFunc(out.Warnings, func(a, b Warning) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		if c := strings.Compare(a.Rule, b.Rule); c != 0 {
			return c
		}
		return strings.Compare(a.Message, b.Message)
	})
	out.Warnings = slices.Compact(out.Warnings)
	if e := results.Error; e != nil {
		message, _, _ := strings.Cut(e.Message, " (did you mean") // depends on a map's order
		out.Failure = &Failure{Line: line(&e.Location), Message: message}
	}
	return out
}

func line(l *pb.Location) int {
	if l == nil || len(l.Ranges) == 0 || l.Ranges[0].Start == nil {
		return 0
	}
	return int(l.Ranges[0].Start.Line)
}

// New returns the warnings of after that before did not have, and a failure
// that is new as a warning of the rule "BuildFailure". Lines do not count, since
// an edit moves them: warnings are compared by rule and message, as often as
// they occur.
func New(before, after Report) []Warning {
	type key struct{ rule, message string }
	seen := map[key]int{}
	for _, w := range before.Warnings {
		seen[key{w.Rule, w.Message}]++
	}
	var out []Warning
	for _, w := range after.Warnings {
		k := key{w.Rule, w.Message}
		if seen[k] > 0 {
			seen[k]--
			continue
		}
		out = append(out, w)
	}
	if f := after.Failure; f != nil && (before.Failure == nil || before.Failure.Message != f.Message) {
		out = append(out, Warning{Rule: "BuildFailure", Line: f.Line, Message: f.Message})
	}
	return out
}
