package kubernetes

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed capabilities.md
var capabilitiesDoc string

// Capabilities reports containers that do not drop ALL capabilities.
var Capabilities = &fixer.Rule{
	Name:     "kubernetes/capabilities",
	Title:    "capabilities not dropped",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	After:    []string{"kubernetes/writable-root"},
	References: []fixer.Reference{
		{Source: fixer.PodSecurityStandards, ID: "restricted: capabilities"},
		{Source: fixer.CISKubernetes, ID: "5.2.10"},
		{Source: fixer.Trivy, ID: "KSV-0003"},
		{Source: fixer.Checkov, ID: "CKV_K8S_37"},
		{Source: fixer.KubeLinter, ID: "drop-net-raw-capability"},
		{Source: fixer.Kubescape, ID: "C-0055"},
		{Source: fixer.Polaris, ID: "insecureCapabilities"},
		{Source: fixer.KICSKubernetes, ID: "268ca686-7fb7-4ae9-b129-955a2a89064e", Title: "No Drop Capabilities for Containers"},
	},
	Params: []fixer.Param{paramAdd},
	Doc:    capabilitiesDoc,
	Check: func(p *fixer.Pass) {
		for _, c := range containers(p) {
			caps := c.Node.Get("securityContext").Get("capabilities")
			if dropsAll(c) || c.Node.Get("securityContext").Get("privileged").IsTrue() {
				continue
			}
			if i := misspelledAll(c); i >= 0 {
				reportSpelling(p, c, i)
				continue
			}
			f := fixer.Finding{Message: fmt.Sprintf("%s keeps the default capabilities of the container runtime", c.Subject())}
			switch prefixed := prefixedDrops(c); {
			case len(prefixed) > 0:
				f.Message = fmt.Sprintf("%s drops %s, which has no effect: capability names have no CAP_ prefix here", c.Subject(), strings.Join(prefixed, ", "))
			case len(c.DroppedCapabilities()) > 0:
				f.Message = fmt.Sprintf("%s drops some capabilities and keeps the others", c.Subject())
			}
			d := container.FromContainer(p, c).DropCapabilities()
			f.Evidence, f.Advice = d.Evidence, d.Advice
			if d.Level != fixer.Manual {
				f.Fixes = []fixer.Fix{dropFix(c, d)}
			}
			report(p, c, caps, f)
		}
	},
}

// prefixedDrops returns what the container drops by names with CAP_ before them,
// which Kubernetes' names do not have.
func prefixedDrops(c kube.Container) []string {
	return slices.DeleteFunc(c.DroppedCapabilities(), func(name string) bool { return !strings.HasPrefix(name, "CAP_") })
}

// reportSpelling reports a container that drops everything in a spelling that
// runtimes read and the Pod Security Standards do not.
func reportSpelling(p *fixer.Pass, c kube.Container, i int) {
	report(p, c, c.Node.Get("securityContext").Get("capabilities"), fixer.Finding{
		Severity: fixer.Low,
		Message:  fmt.Sprintf("%s drops all capabilities in a spelling that the Pod Security Standards do not accept", c.Subject()),
		Evidence: []fixer.Evidence{{Kind: fixer.FromPlatform, Source: "Kubernetes", Text: "Container runtimes read the name in any case, the Pod Security Standards in upper case alone"}},
		Fixes: []fixer.Fix{{
			ID: "spell", Title: "Write ALL in upper case", Level: fixer.Safe,
			Verify: "kubectl apply --dry-run=server -n NAMESPACE -f " + text.ShellWord(p.File.Path) + "\nsucceeds in a namespace that enforces the restricted standard",
			Edit:   fixer.EditYAML(c.Workload.Doc, yamldoc.Set(securityContext(c, "capabilities", "drop", i), "ALL")),
		}},
	})
}

// capabilityCheck is how to see which capabilities a container has.
func capabilityCheck(c kube.Container, left []string) string {
	expect := "prints CapBnd: 0000000000000000"
	if len(left) > 0 {
		expect = "prints a mask that `capsh --decode=MASK` shows as " + strings.Join(left, ", ")
	}
	return execCheck(c, "grep CapBnd /proc/1/status", expect)
}

var paramAdd = fixer.Param{Name: "add-back", Meaning: "capabilities to add back, separated by spaces or commas, or none", Validate: container.ValidAddBack}

// addParam is the parameter for the capabilities of a decision.
func addParam(d container.CapabilityDecision) fixer.Param {
	param := paramAdd.With(container.AddBackText(d.AddBack))
	param.Guess = d.Guess
	return param
}

// dropFix drops ALL and adds back what is needed.
func dropFix(c kube.Container, d container.CapabilityDecision) fixer.Fix {
	fix := fixer.Fix{
		ID:     "drop-all",
		Title:  "Drop ALL capabilities",
		Level:  d.Level,
		Breaks: d.Breaks,
		Verify: capabilityCheck(c, d.AddBack),
		Params: []fixer.Param{addParam(d)},
		Edit: func(draft *fixer.Draft) error {
			draft.YAML(c.Workload.Doc, dropOps(c, container.ParseAddBack(draft.Param("add-back")))...)
			return nil
		},
	}
	if len(d.AddBack) > 0 {
		fix.Title += " and add back " + strings.Join(d.AddBack, ", ")
	}
	return fix
}
