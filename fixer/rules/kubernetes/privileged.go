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
	Title:    "privileged container",
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
			f := fixer.Finding{Message: fmt.Sprintf("%s is privileged: root in the container is root on the node", c.Subject())}
			level := fixer.Review
			f.Evidence, f.Advice = privilegeNeeded(p, c)
			if f.Advice != "" {
				level = fixer.Manual
			}
			f.Fixes = []fixer.Fix{{
				ID:     "remove",
				Title:  "Remove privileged",
				Level:  level,
				Breaks: "Applications that mount filesystems, use devices, load kernel modules, change the network or run containers",
				Verify: checks(execCheck(c, "grep CapEff /proc/1/status", "no longer prints 000001ffffffffff"), logsCheck(c, "shows no `Operation not permitted`")),
				Edit:   fixer.EditYAML(c.Workload.Doc, yamldoc.Remove(securityContext(c, "privileged"))),
			}}
			leaveDecided(p, c.Workload, &f, "grant only the capabilities or devices that it names", weakened(c, "privileged")...)
			report(p, c, set, f)
		}
	},
}

// privilegeNeeded returns what speaks for a need of the privilege, and what a
// person can do about it; no advice when the need is known not to be there.
func privilegeNeeded(p *fixer.Pass, c kube.Container) (evidence []fixer.Evidence, advice string) {
	if why, yes := hostLevel(c.Workload); yes {
		return []fixer.Evidence{{Kind: fixer.FromManifest, Text: why}},
			"Find the capabilities and devices that the node agent needs, and grant only those"
	}
	if program, instead := privilegedProgram(c); program != "" {
		return []fixer.Evidence{{Kind: fixer.FromManifest, Text: "The container runs " + program}}, instead
	}
	profile := container.OfImage(p, c.Image)
	if says, yes := profile.NeedsPrivilege(); yes {
		return []fixer.Evidence{says}, container.InsteadOfPrivilege
	}
	if (profile.Entry == nil || profile.Entry.ByName) && !profile.BuiltHere() {
		return profile.Evidence, "Find what the application needs (mounts, devices, kernel modules, nested containers). Then grant that one capability or device and remove privileged"
	}
	return nil, ""
}

// keepsPrivileged reports whether a container is privileged and stays so until a person
// has found out why.
func keepsPrivileged(p *fixer.Pass, c kube.Container) bool {
	set := c.Node.Get("securityContext").Get("privileged")
	if !set.IsTrue() {
		return false
	}
	_, advice := privilegeNeeded(p, c)
	return advice != "" || decidedBy(c.Workload, weakened(c, "privileged")...)
}

// What asks for the privilege, and what can be done instead. A program that
// only loses a part of its work without it is not here.
var privilegedPrograms = []struct{ programs, instead string }{
	{"sysctl", "Remove the container. Set the kernel parameter in the node configuration, or in securityContext.sysctls if it is namespaced"},
	{"mount umount losetup exportfs rpc.nfsd sshfs s3fs", "Mount the filesystem with a PersistentVolume or a CSI driver instead. Then remove privileged"},
	{"modprobe insmod rmmod", "Load the kernel module in the node configuration, and remove privileged"},
	{"iptables ip6tables iptables-restore nft ipset", "Replace privileged with the capability NET_ADMIN, or let the CNI plugin do this"},
	{"dockerd dockerd-entrypoint.sh containerd buildkitd podman", "Build images with rootless BuildKit or Buildah, and remove privileged"},
	{"nsenter chroot", "Run this workload in a namespace of its own to which few users have access: it enters its node"},
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
