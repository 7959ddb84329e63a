package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/report"
)

type mapFlags struct {
	selectFlags
	registryFlags
	format, level string
}

func newMap() *cobra.Command {
	var f mapFlags
	cmd := &cobra.Command{
		Use:   "map [PATH]",
		Short: "Show which services connect to which, and what an attacker gets",
		Long: `Show the Compose services and Kubernetes workloads of PATH as they are connected.
For each service it says how it can be reached from outside, as whom it runs, what
it can write and what it connects to. It shows the shortest path of an attacker from
the internet to it, now and after the fixes. Each step names its file, its line and
the fix that closes it.

Connections are read from variables, commands, configuration files, probes,
depends_on, Services, Ingresses and routes. A host that nothing here answers to is
listed as unresolved. "Reachable pairs" counts which services could connect to
which, whether or not they do.

Mermaid is for Markdown, and dot is for Graphviz.

Exit status: 0, or 2 if it failed.`,
		Args: cobra.MaximumNArgs(1),
		RunE: f.run,
	}
	f.selectFlags.add(cmd)
	f.addOnline(cmd)
	cmd.Flags().StringVar(&f.format, "format", "text", "`FORMAT` of the map: text, mermaid, dot, svg or json")
	cmd.Flags().StringVar(&f.level, "level", "review", "compare with fixes up to this `LEVEL`: safe or review")
	return cmd
}

func (f *mapFlags) run(cmd *cobra.Command, paths []string) error {
	if err := oneOf("--format", f.format, report.MapFormats...); err != nil {
		return err
	}
	if err := oneOf("--level", f.level, "safe", "review"); err != nil {
		return err
	}
	p, err := f.open(cmd, paths, &f.registryFlags)
	if err != nil {
		return err
	}
	level, _ := fixer.ParseLevel(f.level) // one of the two
	if _, err := p.Accept(cmd.Context(), level, nil); err != nil {
		return err
	}
	m, err := p.Map(cmd.Context())
	f.progress.Stop()
	if err != nil {
		return err
	}
	return shown(cmd, func() error { return m.Write(cmd.OutOrStdout(), styleOf(cmd, os.Stdout, f.paths), f.format) })
}
