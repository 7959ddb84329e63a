package kubernetes

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed privileged.md
var privilegedDoc string

// Privileged reports privileged containers.
var Privileged = &fixer.Rule{
	Name:     "kubernetes/privileged",
	Title:    "privileged",
	Severity: fixer.Critical,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.PodSecurityStandards, ID: "baseline: privileged"},
		{Source: fixer.CISKubernetes, ID: "5.2.2"},
		{Source: fixer.NSA, ID: "pod security"},
		{Source: fixer.Trivy, ID: "KSV-0017"},
		{Source: fixer.Checkov, ID: "CKV_K8S_16"},
		{Source: fixer.KubeLinter, ID: "privileged-container"},
		{Source: fixer.Kubescape, ID: "C-0057"},
		{Source: fixer.Polaris, ID: "runAsPrivileged"},
		{Source: fixer.KICSKubernetes, ID: "dd29336b-fe57-445b-a26e-e6aa867ae609", Title: "Container Is Privileged"},
	},
	Doc: privilegedDoc,
	Check: func(p *fixer.Pass) {
		for _, c := range containers(p) {
			set := c.Node.Get("securityContext").Get("privileged")
			if !set.IsTrue() {
				continue
			}
			f := fixer.Finding{Message: fmt.Sprintf("%s is privileged: root in it is root on the node", c)}
			level := fixer.Review
			f.Evidence, f.Advice = privilegeNeeded(p, c)
			if f.Advice != "" {
				level = fixer.Manual
			}
			f.Fixes = []fixer.Fix{{
				ID:     "remove",
				Title:  "remove privileged",
				Level:  level,
				Breaks: "what it was given for stops working: mounts, devices, kernel modules, network changes, containers inside the container",
				Verify: "start it and use the feature that asked for the privilege",
				Edit:   fixer.EditYAML(c.Workload.Doc, yamldoc.Remove(securityContext(c, "privileged"))),
			}}
			report(p, c, set, f)
		}
	},
}

// privilegeNeeded returns what speaks for a need of the privilege, and what a
// person can do about it; no advice when the need is known not to be there.
func privilegeNeeded(p *fixer.Pass, c kube.Container) (evidence []fixer.Evidence, advice string) {
	if why, yes := hostLevel(c.Workload); yes {
		return []fixer.Evidence{{Kind: fixer.FromManifest, Text: why}},
			"it looks like an agent of its node (" + why + "): find out which capabilities and devices it needs, and give it those instead of everything"
	}
	if program, instead := privilegedProgram(c); program != "" {
		return []fixer.Evidence{{Kind: fixer.FromManifest, Text: "it runs " + program}}, instead
	}
	profile := container.OfImage(p, c.Image)
	if (profile.Entry == nil || profile.Entry.ByName) && !profile.BuiltHere() {
		return profile.Evidence, "find out what it was given for (mounts, devices, kernel modules, containers inside), give it that one capability or device, and remove privileged"
	}
	return nil, ""
}

// What asks for the privilege, and what can be done instead. A program that
// only loses a part of its work without it is not here.
var privilegedPrograms = []struct{ programs, instead string }{
	{"sysctl", "set the kernel parameter where the node is configured, or one of the pod's own namespaces in securityContext.sysctls, and remove the container"},
	{"mount umount losetup exportfs rpc.nfsd sshfs s3fs", "let a volume do it: a CSI driver or a PersistentVolume mounts for the pod; then remove privileged"},
	{"modprobe insmod rmmod", "load the module where the node is configured, and remove privileged"},
	{"iptables ip6tables iptables-restore nft ipset", "add the capability NET_ADMIN in its place, or let the network plug-in do it"},
	{"dockerd dockerd-entrypoint.sh containerd buildkitd podman", "build without an engine of its own (BuildKit rootless, Buildah), and remove privileged"},
	{"nsenter chroot", "it enters its node: run it in a namespace of its own that few may use"},
}

// privilegedProgram returns the first program in the container's command that
// does not work without the privilege, and what to do instead.
func privilegedProgram(c kube.Container) (program, instead string) {
	for _, key := range []string{"command", "args"} {
		for _, argument := range c.Node.Get(key).List() {
			for _, word := range strings.FieldsFunc(argument.Text(), betweenWords) {
				folder, name := path.Split(word)
				if folder != "" && !strings.HasSuffix(folder, "bin/") {
					continue // a file of that name, not the program
				}
				for _, known := range privilegedPrograms {
					if slices.Contains(strings.Fields(known.programs), name) {
						return name, known.instead
					}
				}
			}
		}
	}
	return "", ""
}

// betweenWords are the signs around the words of a command line of a shell.
func betweenWords(r rune) bool { return strings.ContainsRune(" \t\r\n;&|()`$\"'", r) }
