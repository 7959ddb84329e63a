package kubernetes

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed run_as_non_root.md
var runAsNonRootDoc string

// RunAsNonRoot reports containers that may run as root.
var RunAsNonRoot = &fixer.Rule{
	Name:     "kubernetes/run-as-non-root",
	Title:    "may run as root",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	After:    []string{"kubernetes/seccomp"},
	References: []fixer.Reference{
		{Source: fixer.PodSecurityStandards, ID: "restricted: runAsNonRoot"},
		{Source: fixer.CISKubernetes, ID: "5.2.7"},
		{Source: fixer.NSA, ID: "non-root containers"},
		{Source: fixer.Trivy, ID: "KSV-0012"},
		{Source: fixer.Checkov, ID: "CKV_K8S_23"},
		{Source: fixer.KubeLinter, ID: "run-as-non-root"},
		{Source: fixer.Kubescape, ID: "C-0013"},
		{Source: fixer.Polaris, ID: "runAsRootAllowed"},
		{Source: fixer.KICSKubernetes, ID: "cf34805e-3872-4c08-bf92-6ff7bb0cfadb", Title: "Container Running As Root"},
	},
	Params: []fixer.Param{paramUID, paramGID, paramFolder, paramSize, paramWritable},
	Doc:    runAsNonRootDoc,
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			pod := identifyPod(p, w)
			for _, id := range pod.containers {
				if _, _, assigned := runsOnOpenShift(p); id.Refused && assigned {
					continue // OpenShift gives the container a number
				}
				if id.Need != container.NeedNothing {
					reportIdentity(p, pod, id)
				}
			}
		}
	},
}

func reportIdentity(p *fixer.Pass, pod podIdentity, id identity) {
	c := id.in
	f := fixer.Finding{Message: fmt.Sprintf("%s %s", c.Subject(), id.Says), Evidence: id.Evidence, Advice: id.Advice}
	switch id.Need {
	case container.NeedFlag:
		if id.Level == fixer.Safe {
			f.Severity = fixer.Medium // it is not root as it is
		}
		f.Fixes = []fixer.Fix{flagFix(pod, id)}
	case container.NeedUser:
		giveUser(p, pod, id, &f)
	}
	if len(f.Fixes) > 0 {
		leaveDecided(p, c.Workload, &f, "set a user other than root if not", weakened(c, "runAsUser", "runAsNonRoot")...)
	}
	if other := pod.opensFilesOf(id); other != "" && id.Need == container.NeedUser && len(f.Fixes) > 0 {
		f.Advice = "Copy the files that the user has to read in an init container, then set the user without fsGroup. With fsGroup a group can read the private files of container " + other + ", too, and SSH servers refuse such keys"
		for i := range f.Fixes {
			f.Fixes[i].Level = fixer.Manual
		}
	}
	if len(f.Fixes) > 0 && keepsPrivileged(p, c) {
		f.Advice = "Remove privileged first, or keep root: what needs privileged mostly needs root, too"
		for i := range f.Fixes {
			f.Fixes[i].Level = fixer.Manual
		}
	}
	set, inherited := c.Security("runAsNonRoot")
	if inherited {
		set = nil
	}
	report(p, c, set, f)
}

// giveUser offers the user that a container needs. On OpenShift a number would be
// refused that is not of the namespace's range, so none is written there.
func giveUser(p *fixer.Pass, pod podIdentity, id identity, f *fixer.Finding) {
	shown, near, ok := runsOnOpenShift(p)
	if ok {
		f.Evidence = append(slices.Clone(f.Evidence), shown)
	}
	if near {
		if fix, ok := rangeFix(pod, id); ok {
			f.Fixes = append(f.Fixes, fix)
		} else {
			f.Advice = "Remove runAsUser, so that OpenShift assigns a user from the range of the namespace. The image has to work as any user of group 0"
		}
		return
	}
	if harden, ok := hardenFix(p, pod, id); ok {
		f.Fixes = append(f.Fixes, harden)
	}
	f.Fixes = append(f.Fixes, userFix(pod, id))
	if fix, ok := numberInDockerfile(id); ok {
		f.Fixes = append(f.Fixes, fix)
	}
	if id.Refused && f.Fixes[0].ID == "harden" { // that it starts comes first
		f.Fixes = append(f.Fixes[1:], f.Fixes[0])
	}
	for i := range f.Fixes {
		if ok {
			f.Fixes[i].Breaks = text.Sentences(f.Fixes[i].Breaks, "OpenShift rejects pods with a user or fsGroup outside the range of the namespace")
		}
	}
}
