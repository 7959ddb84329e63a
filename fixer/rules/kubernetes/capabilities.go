package kubernetes

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/container"
	"oakum/fixer/image"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
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
	Doc: capabilitiesDoc,
	Check: func(p *fixer.Pass) {
		for _, c := range containers(p) {
			caps := c.Node.Get("securityContext").Get("capabilities")
			if dropsAll(c) || isTrue(c.Node.Get("securityContext").Get("privileged")) {
				continue
			}
			if i := misspelledAll(c); i >= 0 {
				reportSpelling(p, c, i)
				continue
			}
			f := fixer.Finding{Message: fmt.Sprintf("%s keeps the capabilities a runtime gives by default", c)}
			if len(capabilities(c, "drop")) > 0 {
				f.Message = fmt.Sprintf("%s drops some capabilities and keeps the others", c)
			}
			fix, evidence := dropFix(p, c)
			f.Fixes, f.Evidence = []fixer.Fix{fix}, evidence
			report(p, c, caps, f)
		}
	},
}

// reportSpelling reports a container that drops everything in a spelling that
// runtimes read and the Pod Security Standards do not.
func reportSpelling(p *fixer.Pass, c kube.Container, i int) {
	report(p, c, c.Node.Get("securityContext").Get("capabilities"), fixer.Finding{
		Severity: fixer.Low,
		Message:  fmt.Sprintf("%s drops all capabilities in a spelling that the Pod Security Standards do not accept", c),
		Fixes: []fixer.Fix{{
			ID: "spell", Title: "spell it ALL", Level: fixer.Safe,
			Verify: "kubectl apply --dry-run=server in a namespace that enforces the restricted standard",
			Edit:   fixer.EditYAML(c.Workload.Doc, yamldoc.Set(securityContext(c, "capabilities", "drop", i), "ALL")),
		}},
	})
}

// dropsAll reports whether ALL is among the dropped capabilities, spelled as
// the Pod Security Standards demand it.
func dropsAll(c kube.Container) bool {
	return slices.ContainsFunc(c.Node.Get("securityContext").Get("capabilities").Get("drop").List(), func(n *yamldoc.Node) bool { return n.Text() == "ALL" })
}

// dropFix drops ALL. How far that is safe depends on what the container starts
// as: a process that is not root holds no capability, so that dropping them
// takes nothing from it, as long as it need not bind a low port.
func dropFix(p *fixer.Pass, c kube.Container) (fixer.Fix, []fixer.Evidence) {
	profile := container.OfImage(p, c.Image)
	fix := fixer.Fix{
		ID:     "drop-all",
		Title:  "drop ALL capabilities",
		Level:  fixer.Review,
		Breaks: "the program fails if it needs a capability that is not known of: to change owners, to become another user, or to bind a port below 1024",
		Verify: "kubectl exec POD -- grep CapBnd /proc/1/status   prints only what was added back",
	}
	var need []string
	uid, evidence := startsAs(c, profile)
	low := lowPorts(c, profile)
	switch {
	case uid.IsNonRoot() && len(low) == 0 && (profile.Sound || evidence[0].Kind == fixer.FromManifest) && noFileCaps(profile):
		fix.Level, fix.Breaks = fixer.Safe, "a process that is not root has none of the capabilities, so it cannot notice"
	case uid.IsNonRoot():
		need = needAsUser(c, profile)
		fix.Breaks = "a program of the image that has capabilities of its own (setcap) is no longer started"
		if len(low) > 0 {
			fix.Breaks = "binding port " + strings.Join(low, ", ") + " fails on nodes whose runtime does not open low ports to everybody"
			evidence = append(evidence, listens(low))
		}
	case profile.Program() == nil && profile.StepsDown() != "":
		need = container.SteppingNeeds()
		evidence = append(evidence, fixer.Evidence{Kind: fixer.FromDockerfile, Place: profile.Build.Path, Text: "it brings " + profile.StepsDown() + ", so that the program most likely starts as root and becomes another user by itself"})
	default:
		need = knownNeed(profile, false)
	}
	given := func(s string) bool { return slices.Contains(added(c), s) || slices.Contains(added(c), "ALL") }
	if need = slices.DeleteFunc(need, given); len(need) > 0 && profile.Program() != nil {
		evidence = append(evidence, fixer.ImageEvidence(profile.Entry.Evidence(image.FieldCapsRoot)))
		if profile.Entry.CapsRoot.Note != "" {
			evidence = append(evidence, fixer.Evidence{Kind: fixer.FromTable, Text: profile.Entry.CapsRoot.Note})
		}
	}
	if len(low) > 0 && !uid.IsNonRoot() && !slices.Contains(need, bindLow) && !given(bindLow) {
		need = append(need, bindLow)
		evidence = append(evidence, listens(low))
	}
	if len(need) > 0 {
		fix.Title += " and add back " + strings.Join(need, ", ")
	}
	fix.Edit = func(d *fixer.Draft) error {
		d.YAML(c.Workload.Doc, dropOps(c, need)...)
		return nil
	}
	return fix, evidence
}

// bindLow is the capability to bind ports below 1024. Root needs it too, on
// nodes whose runtime does not open these ports to everybody; where it does,
// no test of an image shows it.
const bindLow = "NET_BIND_SERVICE"

func listens(low []string) fixer.Evidence {
	return fixer.Evidence{Kind: fixer.FromManifest, Text: "listens on " + strings.Join(low, ", ")}
}

// dropOps drops ALL and adds what is needed back.
func dropOps(c kube.Container, need []string) []yamldoc.Op {
	var ops []yamldoc.Op
	if i := misspelledAll(c); i >= 0 {
		ops = append(ops, yamldoc.Set(securityContext(c, "capabilities", "drop", i), "ALL"))
	} else {
		ops = append(ops, yamldoc.Append(securityContext(c, "capabilities", "drop"), "ALL"))
	}
	for _, name := range need {
		ops = append(ops, yamldoc.Append(securityContext(c, "capabilities", "add"), name))
	}
	return ops
}

// misspelledAll finds an entry that the runtime reads as ALL and the Pod
// Security Standards do not.
func misspelledAll(c kube.Container) int {
	return slices.IndexFunc(capabilities(c, "drop"), func(s string) bool { return s == "ALL" })
}

// knownNeed returns what the table says the program needs.
func knownNeed(profile *container.Profile, nonRoot bool) []string {
	switch {
	case profile.Program() == nil:
		return nil
	case nonRoot:
		return slices.Clone(profile.Program().CapsNonRoot)
	}
	return slices.Clone(profile.Program().CapsRoot.Need)
}

// needAsUser returns what a container that is not root needs: what the table
// says, or of an image nobody knows what its port makes likely. It takes a
// program that was given the capability to bind the port, which cannot be
// started without, and no other makes use of it.
func needAsUser(c kube.Container, profile *container.Profile) []string {
	if profile.Entry == nil && len(lowPorts(c, profile)) > 0 {
		return []string{bindLow}
	}
	return knownNeed(profile, true)
}

// noFileCaps reports whether the programs of the image are known to have no
// capabilities of their own, which they could not be started with once ALL are
// dropped: the table says so, or a Dockerfile here that gives them none does.
func noFileCaps(profile *container.Profile) bool {
	return profile.Entry != nil && len(profile.Entry.CapsNonRoot) == 0 && profile.Elevates() == ""
}

// lowPorts returns the ports below 1024 that a container declares or, when it
// declares none, that its image is known to listen on.
func lowPorts(c kube.Container, profile *container.Profile) []string {
	var out []string
	ports := c.Node.Get("ports").List()
	for _, port := range ports {
		if n, ok := port.Get("containerPort").Int(); ok && n < 1024 {
			out = append(out, fmt.Sprint(n))
		}
	}
	if len(ports) == 0 && profile.Entry != nil && !profile.BuiltHere() {
		for _, port := range profile.Entry.Ports {
			if port.Number < 1024 && port.When == "" {
				out = append(out, fmt.Sprint(port.Number))
			}
		}
	}
	return out
}

// startsAs returns the user a container's first process has: the manifest's
// runAsUser, else what is known of the image.
func startsAs(c kube.Container, profile *container.Profile) (image.Identity, []fixer.Evidence) {
	if n, inherited := c.Security("runAsUser"); n != nil {
		if uid, ok := n.Int(); ok {
			where := "the container"
			if inherited {
				where = "the pod"
			}
			id := image.Identity{UID: int(uid), KnownUID: true, Numeric: true}
			return id, []fixer.Evidence{{Kind: fixer.FromManifest, Text: fmt.Sprintf("%s sets runAsUser: %d", where, uid)}}
		}
	}
	return profile.User, profile.Evidence
}
