// Command safety judges what a fixer makes of a directory of repositories: what
// got better, what it cost, and what is broken now. docs/safety.md says how to run
// it for oakum and for others, and what its numbers mean.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/oakum-sec/oakum/safety/bench"
)

const usage = `Usage: safety -repos DIR [-fixer COMMAND | -after DIR [-again DIR]] [flags]

Runs COMMAND in a copy of every directory below DIR, twice, and compares the
copies with what was there. With -after, judges what somebody else made: a
directory with the same repositories after a fixer; -again after its second run.

The columns:

  restricted pods     objects that make pods and meet the restricted Pod Security
                      Standard by Kubernetes' own evaluator, before → after of all
  findings gone       findings of oakum's rules that are not there any more, of
                      all, and those that are new
  lines per value     lines removed and added, for each value of YAML and each
                      instruction of a Dockerfile that differs: 1 to 2 is an edit,
                      much more is a file written anew
  comments lost       comments of changed files that are nowhere in the file now
  new API errors      what strict decoding has against objects of Kubernetes, and
                      Compose's own loader against files, that they had not before
  files broken        files that could be read and cannot be, or are gone
  certain breakages   settings made on containers that oakum's image table, or
                      the kubelet, says do not work: a lower bound
  second-run changes  files that running the fixer again changes
  deceptive fixes     of the findings gone, those whose object, file or container is
                      gone, broken or certain to break; those whose change opened a
                      finding as grave as the gravest that it closed; and secrets
                      that are only elsewhere in the repository now

Exit status: 0 when the table was printed, whatever it says; 2 else.

Flags:
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "safety: "+err.Error())
			os.Exit(2)
		}
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("safety", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { fmt.Fprint(stderr, usage); flags.PrintDefaults() }
	var r bench.Runner
	flags.StringVar(&r.Repositories, "repos", "", "the `DIR` whose directories are the repositories")
	flags.StringVar(&r.Fixer, "fixer", "", "the `COMMAND` for sh, run in the root of a copy of each repository")
	flags.StringVar(&r.After, "after", "", "a `DIR` with the same repositories after a fixer")
	flags.StringVar(&r.Again, "again", "", "with -after: a `DIR` with them after its second run")
	flags.DurationVar(&r.Limit, "limit", 10*time.Minute, "how `LONG` one run of the fixer may take")
	format := flags.String("format", "text", "`FORMAT` of the table: text (Markdown) or json")
	detail := flags.Bool("detail", false, "print a row for each repository, and every incident with file and line")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch {
	case flags.NArg() > 0:
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case r.Repositories == "":
		return errors.New("-repos names no directory of repositories")
	case r.After == "" && r.Fixer == "":
		return errors.New("give a fixer with -fixer, or its result with -after")
	case r.After == "" && r.Again != "":
		return errors.New("-again goes with -after")
	case *format != "text" && *format != "json":
		return fmt.Errorf("-format: unknown format %q: use text or json", *format)
	}
	r.Done = func(done *bench.Result) { fmt.Fprintln(stderr, "judged "+done.Name) }
	results, err := r.Run(ctx)
	if err != nil {
		return err
	}
	what := r.Fixer
	if r.After != "" {
		what = "the result in " + r.After
	}
	if *format == "json" {
		return bench.JSON(stdout, what, results)
	}
	return bench.Text(stdout, what, results, *detail)
}
