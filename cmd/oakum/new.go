package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/rules"
	"github.com/oakum-sec/oakum/templates"
)

type newFlags struct {
	registryFlags
	format       string
	set          []string
	start        string
	list, dryRun bool

	detect, interactive bool
}

func newNew() *cobra.Command {
	var f newFlags
	cmd := &cobra.Command{
		Use:   "new [STACK] [DIR]",
		Short: "Write a small service that is hardened from the first day",
		Long: `Write a service to begin with into a directory (without any: the current one).
It answers HTTP requests, and comes with a Dockerfile, a .dockerignore, a Compose
file, manifests for Kubernetes and a pipeline that builds, scans and signs the
image. Its container runs as a user that is not root, with a read-only root
filesystem, without capabilities, and within limits.

With --detect, DIR is a project that is there: its language, version, port and start
are read, and only the container files are written. What its files do not say is
asked for: --start and --port say it.

--list shows the stacks, with their versions and until when what their images are
made of receives security updates.

Without a stack, and with --interactive, a form asks for everything on a terminal.
It shows every file before it is written.

Files are never overwritten: where one is there with other content, the difference
is printed, nothing is written, and the exit status is 2. --dry-run prints the files
as a patch and writes nothing. The command oakum undo removes what was written.

The files are checked as oakum scan does. With --online, registries are asked what
tags point to, and the images are pinned. GitHub is asked for the newest releases
of the actions that are a week old (GITHUB_API_URL names another API). Without it
nobody is asked, and the command to pin the images is printed.

Exit status: 0 written, or nothing to write, 2 failed.`,
		Args: cobra.MaximumNArgs(2),
		RunE: f.run,
	}
	for _, s := range templates.Settings() {
		cmd.Flags().String(s.Name, "", s.Meaning)
	}
	f.addOnline(cmd)
	cmd.Flags().StringArrayVar(&f.set, "set", nil, "choose any of these values: `NAME=VALUE`")
	cmd.Flags().BoolVar(&f.detect, "detect", false, "write container files for the project in DIR, and read what it is")
	cmd.Flags().StringVar(&f.start, "start", "", "with --detect: the `COMMAND` that starts the application (default: what its files say)")
	cmd.Flags().BoolVar(&f.list, "list", false, "list the stacks")
	cmd.Flags().BoolVarP(&f.interactive, "interactive", "i", false, "choose in a form that shows every file before it is written")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "print the files as a patch, and write nothing")
	cmd.Flags().StringVar(&f.format, "format", "text", "`FORMAT` of the output: text or json")
	return cmd
}

func (f *newFlags) run(cmd *cobra.Command, args []string) error {
	if err := oneOf("--format", f.format, "text", "json"); err != nil {
		return err
	}
	if f.list {
		return report.NewStacks(cmd.OutOrStdout(), project.NewStacks(), styleOf(cmd, os.Stdout, project.Paths{}), f.format == "json")
	}
	if f.asks(args) {
		return f.ask(cmd, args)
	}
	lookup, err := f.registryFlags.settings()
	if err != nil {
		return err
	}
	n, err := project.New(cmd.Context(), project.NewOptions{
		Args: args, Detect: f.detect, Start: f.start, Forge: os.Getenv("GITHUB_API_URL"), Settings: f.chosen(cmd), Checker: project.Published(), Rules: rules.All(),
		Lookup: lookup, Say: func(s string) { note(cmd, s) },
	})
	if err != nil {
		return err
	}
	notes(cmd, n.Notes)
	conflict := n.Conflict()
	if f.dryRun || conflict != nil {
		preview := n.Report.Preview(cmd.OutOrStdout(), cmd.ErrOrStderr(), styleOf(cmd, os.Stdout, n.Paths()), f.format == "json")
		return errors.Join(preview, conflict)
	}
	receipt, err := n.Write(cmd.Context())
	if err != nil {
		return err
	}
	notes(cmd, receipt.Warnings)
	if f.format == "json" {
		return n.Report.JSON(cmd.OutOrStdout())
	}
	return n.Report.Text(cmd.OutOrStdout(), styleOf(cmd, os.Stdout, n.Paths()), receipt.Undo)
}

// chosen are the values of flags, and over them those of --set.
func (f *newFlags) chosen(cmd *cobra.Command) []string {
	var out []string
	for _, s := range templates.Settings() {
		if flag := cmd.Flag(s.Name); flag.Changed {
			out = append(out, s.Name+"="+flag.Value.String())
		}
	}
	return append(out, f.set...)
}
