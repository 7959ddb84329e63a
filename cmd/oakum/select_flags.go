package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/rules"
	"github.com/oakum-sec/oakum/fixer/text"
)

// selectFlags say which rules and files a command looks at.
type selectFlags struct {
	only      []string
	ignore    []string
	noIgnore  bool
	generated bool
	allow     []string
	survey    bool // the command makes no fix

	paths    project.Paths         // what files are called
	progress *project.ProgressLine // shows that the work takes long
}

func (f *selectFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&f.only, "select", nil, "only these `RULE`s: names, kinds (kubernetes), patterns (*/capabilities) or ids of other tools (DL3002)")
	cmd.Flags().StringSliceVar(&f.ignore, "ignore", nil, "leave these `RULE`s out, as if they did not exist")
	cmd.Flags().BoolVar(&f.generated, "generated", false, "also edit files that a tool generates; by default they are only reported")
	cmd.Flags().StringSliceVar(&f.allow, "allow-registry", nil, "report images from other registries than these: `HOST[/PATH]` or *.DOMAIN; default $"+allowVariable)
	cmd.Flags().BoolVar(&f.noIgnore, "no-ignore", false, "also read what .gitignore names, vendor and node_modules")
}

// selection applies the flags to the rules.
func (f *selectFlags) selection() (*project.Selection, error) {
	return project.Select(rules.All(), f.only, f.ignore)
}

// open reads and checks what the paths hold, and prints the notes.
func (f *selectFlags) open(cmd *cobra.Command, paths []string, registries *registryFlags) (*project.Project, error) {
	selection, err := f.selection()
	if err != nil {
		return nil, err
	}
	allowed, err := f.registries(cmd)
	if err != nil {
		return nil, err
	}
	lookup, err := registries.settings()
	if err != nil {
		return nil, err
	}
	f.progress = &project.ProgressLine{}
	if isTerminal(os.Stderr) {
		f.progress.Out = os.Stderr
	}
	p, err := project.Open(cmd.Context(), project.Options{
		Paths: paths, NoIgnore: f.noIgnore, Generated: f.generated, Survey: f.survey, Selection: selection, AllowedRegistries: allowed, Lookup: lookup,
		Progress: f.progress.Report, Say: func(s string) { note(cmd, s+" (--offline asks nobody)") },
	})
	f.progress.Stop()
	if err != nil {
		return nil, err
	}
	f.paths = p.Paths()
	for _, n := range p.Notes {
		note(cmd, n.String())
	}
	return p, nil
}

// note prints a remark on the side; what comes from outside is made safe to show.
func note(cmd *cobra.Command, s string) {
	fmt.Fprintln(cmd.ErrOrStderr(), "note: "+text.VisibleLine(s))
}

func notes(cmd *cobra.Command, list []string) {
	for _, s := range list {
		note(cmd, s)
	}
}
