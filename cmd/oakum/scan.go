package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/rules"
	"github.com/oakum-sec/oakum/fixer/scanner"
)

type scanFlags struct {
	selectFlags
	registryFlags
	gateFlags
	format, min  string
	full, images bool
}

// defaults are those of the bare command, which has no flags.
func (f *scanFlags) defaults() { f.format, f.min, f.failOn = "text", "low", "low" }

func newScan() *cobra.Command {
	var f scanFlags
	f.defaults()
	cmd := &cobra.Command{
		Use:   "scan [PATH…]",
		Short: "Report what is unsafe; never writes, uses the network only with --online or --images",
		Long: `Report what is unsafe in the Dockerfiles, Compose files and Kubernetes manifests
at or below the paths (without any: the current directory). A path that is given
is never ignored. A summary comes first, then the findings by rule, the most
severe first; of many findings the worst are shown and the others counted.
--full lists every finding with its evidence, the values a fix takes (--set) and
the references; --format concise has one a line. In CI workflows, only images and
actions are checked. Helm charts and what Kustomize renders are not read.

--images runs the vulnerability scanner that is installed, trivy or grype. It looks
at the images that the files name and do not build, and at what could take the
place of a base image. The scanner downloads images; --offline keeps it to this
machine. Known vulnerabilities do not change the exit status.

Exit status: 0 clean, 1 findings at or above --fail-on, 2 failed: there is nothing
to scan, no file can be read, or a rule failed. With --fail-unread, one that cannot
is enough. Findings below --min-severity are counted, and do not fail the scan.`,
		RunE: f.run,
	}
	f.selectFlags.add(cmd)
	f.addOnline(cmd)
	cmd.Flags().StringVar(&f.format, "format", f.format, "`FORMAT` of the report: text, concise or json")
	cmd.Flags().BoolVar(&f.full, "full", false, "list every finding with its evidence, parameters and references")
	cmd.Flags().BoolVar(&f.images, "images", false, "also run trivy or grype, if one is installed, on the images that the files name, and show how many vulnerabilities are known")
	cmd.Flags().BoolVar(&f.lookup.Registry.Offline, "offline", false, "with --images: look only at images and vulnerability data that are on this machine; with --online: use the answers that were kept")
	cmd.Flags().StringVar(&f.min, "min-severity", f.min, "show findings from this `SEVERITY` up: low, medium, high or critical")
	f.gateFlags.add(cmd, "findings")
	return cmd
}

func (f *scanFlags) run(cmd *cobra.Command, paths []string) error {
	min, err := fixer.ParseSeverity(f.min)
	if err != nil {
		return fmt.Errorf("--min-severity: %w", err)
	}
	gate, err := f.gate()
	if err != nil {
		return err
	}
	if err := oneOf("--format", f.format, "text", "concise", "json"); err != nil {
		return err
	}
	f.survey = f.format != "json" // that has the edits of each fix
	p, err := f.open(cmd, paths, &f.registryFlags)
	if err != nil {
		return err
	}
	p.ShowFrom(min)
	scan, err := project.Await(cmd.Context(), func() (*report.Scan, error) { return p.Scan(), nil })
	if err != nil {
		return err
	}
	f.hints(scan, paths)
	if f.images {
		lookup, err := f.settings()
		if err != nil {
			return err
		}
		named := rules.Images(p.Session().Snapshot())
		scan.Vulnerabilities = p.Vulnerabilities(cmd.Context(), named, scanner.Options{Offline: lookup.Registry.Offline})
		f.progress.Stop()
		if err := cmd.Context().Err(); err != nil {
			return err
		}
	}
	if err := shown(cmd, func() error { return f.print(cmd, scan, p.Paths()) }); err != nil {
		return err
	}
	return decide(scan, gate, f.paths)
}

func (f *scanFlags) print(cmd *cobra.Command, scan *report.Scan, paths project.Paths) error {
	out, st := cmd.OutOrStdout(), styleOf(cmd, os.Stdout, paths)
	switch {
	case f.format == "json":
		return scan.JSON(out)
	case f.format == "concise":
		if err := scan.Concise(out, st); err != nil {
			return err
		}
		return scan.NonFindings(cmd.ErrOrStderr(), styleOf(cmd, os.Stderr, paths))
	case f.full:
		return scan.Full(out, st)
	}
	return scan.Text(out, st)
}
