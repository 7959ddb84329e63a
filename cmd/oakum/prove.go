package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/prove"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/rules"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/review"
)

type proveFlags struct {
	selectFlags
	registryFlags
	format, level   string
	set             []string
	saved, all, yes bool
	options         prove.Options
}

func newProve() *cobra.Command {
	var f proveFlags
	cmd := &cobra.Command{
		Use:   "prove [PATH]",
		Short: "Build and start the images before and after the fixes, and compare them",
		Long: `Build the Dockerfiles of PATH with Docker or Podman, as they are and as the fixes
would make them. Start both, and compare: do they build, start and answer, which user
do they run as, how large are they, what do they write. PATH is a directory or one
Dockerfile; without it, the current directory.

This executes what the Dockerfiles say. What will be built is listed first. On a
terminal prove asks; without one it needs --yes. Nothing is written into the
repository, and what was made is removed again, except what the engine itself keeps
of builds. The containers get no directory of this machine.

They run with the settings that the repository's files ask for after the fixes:
read-only root filesystem, capabilities, user, tmpfs, environment, ports. Where no
file runs an image, it is started both as it is and hardened: read-only, without
capabilities and new privileges, with a tmpfs at /tmp.

The fixes are all up to --level, or with --saved the decisions that are kept from
the last session of oakum. Only images that they change are tried, or with --all
every image that is shipped.

The result compares before with after. A service without its database may answer
neither before nor after, which does not count against the fixes.

Exit status: 0 nothing is worse, 1 something is worse, 2 failed: no engine answers, or
nothing could be tried.`,
		Args: cobra.MaximumNArgs(1),
		RunE: f.run,
	}
	f.selectFlags.add(cmd)
	f.addOffline(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "text", "`FORMAT` of the result: text or json")
	flags.StringVar(&f.level, "level", "review", "prove fixes up to this `LEVEL`: safe or review")
	flags.BoolVar(&f.saved, "saved", false, "prove the decisions that are kept from the last session instead")
	flags.StringArrayVar(&f.set, "set", nil, "give a parameter a value, as with oakum fix: `KEY=VALUE` or RULE.KEY=VALUE")
	flags.BoolVar(&f.all, "all", false, "also try images that the fixes do not change")
	flags.BoolVarP(&f.yes, "yes", "y", false, "build and start without asking")
	flags.BoolVar(&f.options.Keep, "keep", false, "keep the images; their names begin with oakum-prove-")
	flags.DurationVar(&f.options.Build, "build-timeout", 20*time.Minute, "how long one build may take")
	flags.DurationVar(&f.options.Start, "start-timeout", 30*time.Second, "how long a container may take to answer")
	flags.DurationVar(&f.options.Probe, "probe-timeout", 5*time.Second, "how long one answer may take")
	flags.StringVar(&f.options.BuildNetwork, "build-network", "", "`NETWORK` of the builds, such as host where builds have no other")
	flags.StringVar(&f.options.Memory, "memory", "1g", "memory `LIMIT` of each container")
	return cmd
}

func (f *proveFlags) run(cmd *cobra.Command, paths []string) error {
	if err := f.check(); err != nil {
		return err
	}
	engine, err := project.FindEngine(cmd.Context(), paths)
	if err != nil {
		return err
	}
	p, err := f.open(cmd, paths, &f.registryFlags)
	if err != nil {
		return err
	}
	if err := f.accept(cmd, p); err != nil {
		return err
	}
	proving, err := p.Proving(cmd.Context(), engine, f.all)
	f.progress.stop()
	if err != nil {
		return err
	}
	subjects := proving.Subjects()
	if len(subjects) == 0 {
		return f.nothing(cmd, proving)
	}
	report.Announce(cmd.ErrOrStderr(), styleOf(cmd, os.Stderr, f.paths), proving.Engine(), subjects, proving.Untried())
	if err := f.agreed(cmd); err != nil {
		return err
	}
	result := &report.Proofs{Engine: proving.Engine()}
	err = proving.Prove(cmd.Context(), f.options, func(n fixer.ProofNews) {
		if n.Proof != nil {
			result.List = append(result.List, *n.Proof)
		}
		f.progress.say(n.Doing)
	})
	f.progress.stop()
	if err != nil {
		return err
	}
	if err := f.print(cmd, result); err != nil {
		return err
	}
	switch {
	case fixer.AnyWorse(result.List):
		return errFindings
	case fixer.NothingTried(result.List):
		return errors.New("nothing could be tried")
	}
	return nil
}

func (f *proveFlags) check() error {
	if err := oneOf("--format", f.format, "text", "json"); err != nil {
		return err
	}
	if err := oneOf("--level", f.level, "safe", "review"); err != nil {
		return err
	}
	for flag, d := range map[string]time.Duration{"--build-timeout": f.options.Build, "--start-timeout": f.options.Start, "--probe-timeout": f.options.Probe} {
		if d <= 0 {
			return fmt.Errorf("%s: %s is not a time that something can take", flag, d)
		}
	}
	if f.saved && len(f.set) > 0 {
		return errors.New("--set cannot be combined with --saved: the decisions have their values")
	}
	return nil
}

// accept makes the plan that is proved.
func (f *proveFlags) accept(cmd *cobra.Command, p *project.Project) error {
	if f.saved {
		kept, err := p.SavedDecisions()
		if err != nil {
			return err
		}
		if len(kept) == 0 {
			return errors.New("--saved: no decisions are kept for this repository")
		}
		lost, err := review.Resume(p.Session(), kept)
		if len(lost) > 0 {
			note(cmd, text.Count(len(lost), "saved decision has", "saved decisions have")+" no finding any more")
		}
		return err
	}
	set, err := project.ParseSettings(f.set, rules.All())
	if err != nil {
		return err
	}
	level, _ := fixer.ParseLevel(f.level) // one of the two
	unused, err := p.Accept(cmd.Context(), level, set)
	for _, given := range unused {
		note(cmd, "--set "+given+": no fix here has this parameter")
	}
	return err
}

// nothing says why there is nothing to prove, which is no failure where the fixes change
// nothing.
func (f *proveFlags) nothing(cmd *cobra.Command, proving *project.Proving) error {
	if proving.Untried() == 0 {
		return errors.New("no Dockerfile here builds an image that is shipped")
	}
	note(cmd, "the fixes change no image: --all tries all "+fmt.Sprint(proving.Untried()))
	return f.print(cmd, &report.Proofs{Engine: proving.Engine()})
}

// agreed asks the person, who is told what will be executed.
func (f *proveFlags) agreed(cmd *cobra.Command) error {
	if f.yes {
		return nil
	}
	input := terminalInput()
	if input == nil || !isTerminal(os.Stderr) {
		return errors.New("nothing was executed: without a terminal, prove needs --yes")
	}
	fmt.Fprint(cmd.ErrOrStderr(), "Build and start them? [y/N] ")
	answer, err := project.Await(cmd.Context(), func() (string, error) {
		var word string
		_, err := fmt.Fscanln(input, &word)
		return word, err
	})
	if cmd.Context().Err() != nil {
		return cmd.Context().Err()
	}
	if err != nil || !strings.HasPrefix("yes", strings.ToLower(answer)) || answer == "" {
		return errors.New("nothing was executed")
	}
	return nil
}

func (f *proveFlags) print(cmd *cobra.Command, result *report.Proofs) error {
	return shown(cmd, func() error {
		if f.format == "json" {
			return result.JSON(cmd.OutOrStdout())
		}
		return result.Text(cmd.OutOrStdout(), styleOf(cmd, os.Stdout, f.paths))
	})
}
