package kubernetes

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed writable_root.md
var writableRootDoc string

// WritableRoot reports containers with a writable root filesystem.
var WritableRoot = &fixer.Rule{
	Name:     "kubernetes/writable-root",
	Title:    "writable root filesystem",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	After:    []string{"kubernetes/privilege-escalation"},
	References: []fixer.Reference{
		{Source: fixer.NSA, ID: "immutable container file systems"},
		{Source: fixer.Trivy, ID: "KSV-0014"},
		{Source: fixer.Checkov, ID: "CKV_K8S_22"},
		{Source: fixer.KubeLinter, ID: "no-read-only-root-fs"},
		{Source: fixer.Kubescape, ID: "C-0017"},
		{Source: fixer.Polaris, ID: "notReadOnlyRootFilesystem"},
		{Source: fixer.KubeScore, ID: "container-security-context-readonlyrootfilesystem"},
		{Source: fixer.KICSKubernetes, ID: "a9c2f49d-0671-4fc9-9ece-f4e261e128d0", Title: "Root Container Not Mounted Read-only"},
	},
	Params: []fixer.Param{paramWritable, paramSize},
	Doc:    writableRootDoc,
	Check: func(p *fixer.Pass) {
		for _, c := range containers(p) {
			set := c.Node.Get("securityContext").Get("readOnlyRootFilesystem")
			if set.IsTrue() || c.Role == kube.Ephemeral || c.Node.Get("securityContext").Get("privileged").IsTrue() {
				continue
			}
			f := fixer.Finding{Message: fmt.Sprintf("%s has a writable root filesystem", c.Subject())}
			spec := container.FromContainer(p, c)
			d := spec.MakeReadOnly()
			f.Evidence = d.Evidence
			if d.Level == fixer.Manual {
				f.Advice = d.Advice
			} else {
				f.Fixes = []fixer.Fix{readOnlyFix(c, spec, d)}
				leaveDecided(p, c.Workload, &f, "set readOnlyRootFilesystem to true if not", weakened(c, "readOnlyRootFilesystem")...)
			}
			report(p, c, set, f)
		}
	},
}

// writableParam is the parameter for the places of a decision.
func writableParam(d container.ReadOnlyDecision) fixer.Param {
	param := paramWritable.With(strings.Join(d.Paths(), ","))
	param.Guess = d.Guess
	return param
}

func readOnlyFix(c kube.Container, spec *container.Spec, d container.ReadOnlyDecision) fixer.Fix {
	fix := fixer.Fix{
		ID:     "read-only",
		Title:  "Set readOnlyRootFilesystem to true",
		Level:  d.Level,
		Breaks: d.Breaks,
		Verify: checks(specCheck(c, "securityContext.readOnlyRootFilesystem", "prints true"), logsCheck(c, "shows no `Read-only file system`")),
		Params: []fixer.Param{writableParam(d), sizeParam(len(d.Paths()) > 0)},
		Edit: func(draft *fixer.Draft) error {
			ops := []yamldoc.Op{yamldoc.Set(securityContext(c, "readOnlyRootFilesystem"), true)}
			ops = append(ops, setEnv(c, d.SetEnv)...)
			ops = append(ops, scratchVolumes(c, spec, splitPaths(draft.Param("writable")), volumeNames(c.Workload), draft.Param("size"))...)
			draft.YAML(c.Workload.Doc, ops...)
			return nil
		},
	}
	if paths := d.Paths(); len(paths) > 0 {
		fix.Title += ", with an emptyDir at " + strings.Join(paths, ", ")
		fix.Breaks = text.Sentences(fix.Breaks, sizeBreaks)
	}
	return fix
}
