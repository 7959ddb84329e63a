package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/prove"
	"github.com/oakum-sec/oakum/fixer/report"
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
would make them, and start both. Compare whether they build, start and answer, their
user and size, and what they write. PATH is a directory or one Dockerfile.

This executes what the Dockerfiles say. What will be built is listed first. On a
terminal prove asks; without one it needs --yes. Nothing is written into the
repository, and what was made is removed again, except what the engine itself keeps
of builds. The containers get no directory of this machine.

They run with the settings that the repository's files ask for after the fixes. An
image that no file runs is started as it is and hardened: read-only, without
capabilities and new privileges, with a tmpfs at /tmp.

The fixes are all up to --level, or with --saved the decisions kept from the last
session. Only images that they change are tried, or all that ship with --all. What
fails before the fixes as well, without its database, does not count against them.

Exit status: 0 nothing is worse, 1 something is worse, 2 nothing could be tried.`,
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
	flags.DurationVar(&f.options.Build, "build-timeout", prove.BuildTime, "how long one build may take")
	flags.DurationVar(&f.options.Start, "start-timeout", prove.StartTime, "how long a container may take to answer")
	flags.DurationVar(&f.options.Probe, "probe-timeout", prove.ProbeTime, "how long one answer may take")
	flags.StringVar(&f.options.BuildNetwork, "build-network", "", "`NETWORK` of the builds, such as host where builds have no other; default $"+prove.BuildNetworkVariable)
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
	f.progress.Stop()
	if err != nil {
		return err
	}
	result := &report.Proofs{Engine: proving.Engine(), Untried: proving.Untried()}
	if subjects := proving.Subjects(); len(subjects) > 0 {
		result.Announce(cmd.ErrOrStderr(), styleOf(cmd, os.Stderr, f.paths), subjects)
		if err := f.agreed(cmd); err != nil {
			return err
		}
	}
	err = proving.Prove(cmd.Context(), f.options, func(n fixer.ProofNews) {
		result.Add(n)
		f.progress.Say(n.Doing)
	})
	f.progress.Stop()
	if err != nil {
		return err
	}
	if err := shown(cmd, func() error { return f.print(cmd, result) }); err != nil {
		return err
	}
	if fixer.NothingTried(result.List) {
		return errors.New("nothing could be tried")
	}
	if fixer.AnyWorse(result.List) {
		return errFindings
	}
	return nil
}

func (f *proveFlags) print(cmd *cobra.Command, result *report.Proofs) error {
	if f.format == "json" {
		return result.JSON(cmd.OutOrStdout())
	}
	return result.Text(cmd.OutOrStdout(), styleOf(cmd, os.Stdout, f.paths))
}
