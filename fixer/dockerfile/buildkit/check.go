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

	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

// A Report is what BuildKit says about a file.
type Report struct {
	Warnings []Warning // sorted by line, then rule, then message
	// Failure is set when the file parses but cannot be built, whatever its
	// build arguments are. Warnings then holds what was found up to that point.
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

// BuildKit's conversion keeps every expanded value and cannot be interrupted.
const (
	maxGrowth = 1 << 20 // bytes; beyond it a file is not handed over
	timeout   = 5 * time.Second
)

// Check runs the checks on the bytes of a file. It fails with a
// [*dockerfile.Refusal] for one that is made to exhaust memory, and with an
// error when ctx ends or the checks take longer than a few seconds.
func Check(ctx context.Context, f *dockerfile.File) (Report, error) {
	if f.MaxExpandedSize() > maxGrowth {
		return Report{}, &dockerfile.Refusal{Code: dockerfile.RefusedSize,
			Reason: "the variables of the file grow too large for BuildKit's checks"}
	}
	bare, silenced := withoutSkips(f)
	args := map[string]string(nil)
	report, err := run(ctx, bare, args)
	if err != nil {
		return Report{}, err
	}
	if report.Failure != nil {
		args = missingArgs(f)
		if again, err := run(ctx, bare, args); err != nil {
			return Report{}, err
		} else if again.Failure == nil {
			report = again
		}
	}
	if !silenced {
		return report, nil
	}
	shown, err := run(ctx, f.Source, args)
	if err != nil {
		return Report{}, err
	}
	if f := shown.Failure; report.Failure == nil && f != nil && strings.HasPrefix(f.Message, badOptions) {
		report.Failure = f
	}
	for k := range report.Warnings {
		w := &report.Warnings[k]
		w.Hidden = !slices.Contains(shown.Warnings, *w)
	}
	return report, nil
}

// badOptions begins BuildKit's message about an invalid "# check=".
const badOptions = "failed to parse check options"

// missingArgs gives a value to every global ARG that has none. Many files want
// their base image as a build argument, and BuildKit stops at the first FROM
// without it; that the default is missing is a warning of its own.
func missingArgs(f *dockerfile.File) map[string]string {
	out := map[string]string{}
	for _, i := range f.MetaArgs {
		for _, p := range i.Pairs {
			if p.Value == "" {
				out[p.Key] = "x"
			}
		}
	}
	return out
}

// run calls BuildKit on its own goroutine: it may panic, and it does not watch
// the context. One that is given up on goes on until it is done; the limits see
// to it that this is soon.
func run(ctx context.Context, src []byte, args map[string]string) (Report, error) {
	if err := ctx.Err(); err != nil {
		return Report{}, fmt.Errorf("BuildKit's checks were not run: %w", err)
	}
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
		a.results, a.err = dockerfile2llb.DockerfileLint(ctx, src, options(src, args))
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

func options(src []byte, args map[string]string) dockerfile2llb.ConvertOpt {
	target := platform
	opt := dockerfile2llb.ConvertOpt{
		TargetPlatform: &target,
		MetaResolver:   emptyImages{},
		SourceMap:      llb.NewSourceMap(nil, "Dockerfile", "Dockerfile", src),
	}
	opt.BuildArgs = args
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
// that is new, last, as a warning of the rule [Failed]. Lines do not count, since
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
		out = append(out, Warning{Rule: Failed, Line: f.Line, Message: f.Message})
	}
	return out
}

// Failed is the rule under which [New] reports a file that BuildKit cannot build.
const Failed = "BuildFailure"
