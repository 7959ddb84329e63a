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

//go:embed host_path.md
var hostPathDoc string

// HostPath reports hostPath volumes.
var HostPath = &fixer.Rule{
	Name:     "kubernetes/host-path",
	Title:    "hostPath volume",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.PodSecurityStandards, ID: "baseline: hostPathVolumes"},
		{Source: fixer.CISKubernetes, ID: "5.2.12"},
		{Source: fixer.NSA, ID: "pod security"},
		{Source: fixer.Trivy, ID: "KSV-0023"},
		{Source: fixer.Trivy, ID: "KSV-0121"},
		{Source: fixer.KubeLinter, ID: "sensitive-host-mounts"},
		{Source: fixer.Kubescape, ID: "C-0048"},
		{Source: fixer.Kubescape, ID: "C-0203"},
		{Source: fixer.Polaris, ID: "hostPathSet"},
		{Source: fixer.KICSKubernetes, ID: "5308a7a8-06f8-45ac-bf10-791fe21de46e", Title: "Workload Mounting With Sensitive OS Directory"},
	},
	Doc: hostPathDoc,
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			var held []hostVolume
			for _, v := range hostVolumes(w) {
				if !v.opensEngine() {
					held = append(held, v)
				}
			}
			if why, agent := nodeAgent(w); agent {
				reportAgent(p, w, held, why)
				continue
			}
			for _, v := range held {
				reportHostVolume(p, w, v)
			}
		}
	},
}

// risk is how much it matters that the volume is mounted as it is.
func (v hostVolume) risk() fixer.Severity {
	if len(v.writers()) > 0 {
		return v.place().Severity
	}
	return max(v.place().Severity-1, fixer.Low)
}

func reportHostVolume(p *fixer.Pass, w *kube.Workload, v hostVolume) {
	place := v.place()
	what := v.path
	holds := place.Holds("node")
	if holds != "" {
		what += " (" + holds + ")"
	}
	f := fixer.Finding{
		Path: w.ID() + " volumes[" + v.name + "]", Start: v.node.Start, End: v.node.End, Severity: v.risk(),
		Message: fmt.Sprintf("%s mounts %s from its node, read-only", w.ID(), what),
	}
	switch {
	case place.Data == container.TimezoneData:
		f.Advice = timezoneAdvice
	case place.Data == container.CertificateData:
		f.Advice = certificateAdvice
	case v.path == "/":
		f.Advice = "Remove the volume. Use kubectl debug node/NODE to inspect the files of a node"
	case holds != "":
		f.Advice = "Remove the volume if the application does not need it. Otherwise mount only the file that it reads, with readOnly: true"
	default:
		f.Advice = "Store data in a PersistentVolumeClaim, or in an emptyDir if the data may be lost with the pod. Put files that are only read into a ConfigMap or the image"
	}
	switch writers := v.writers(); {
	case len(v.mounts) == 0:
		f.Severity = fixer.Low
		f.Message = fmt.Sprintf("%s has a hostPath volume for %s that no container mounts", w.ID(), v.path)
		f.Fixes = []fixer.Fix{unusedVolumeFix(w, v)}
	case len(writers) > 0:
		f.Message = fmt.Sprintf("%s mounts %s from its node, and %s can write to it", w.ID(), what, strings.Join(writers, ", "))
	}
	p.Report(f)
}

// reportAgent says in one finding what an agent of its node holds of it.
func reportAgent(p *fixer.Pass, w *kube.Workload, held []hostVolume, why string) {
	if len(held) == 0 {
		return
	}
	f := fixer.Finding{
		Path: w.ID() + " volumes", Start: held[0].node.Start, End: held[len(held)-1].node.End,
		Evidence: []fixer.Evidence{{Kind: fixer.FromManifest, Text: why}},
	}
	var paths, written []string
	for _, v := range held {
		f.Severity = max(f.Severity, v.risk())
		paths = append(paths, v.path)
		if len(v.writers()) > 0 {
			written = append(written, v.path)
		}
	}
	f.Severity = max(f.Severity-1, fixer.Low)
	f.Message = fmt.Sprintf("%s mounts %s from its node, read-only", w.ID(), text.Some(paths))
	f.Advice = "Check which of these paths the node agent needs, and mount only the parts that it uses"
	if len(written) > 0 {
		f.Message = fmt.Sprintf("%s mounts %s from its node and can write to %s", w.ID(), text.Some(paths), text.Some(written))
		f.Advice += ". Set readOnly: true on the mounts of " + text.Some(written) + " if the agent only reads them"
	}
	p.Report(f)
}

// unusedVolumeFix removes a volume that no container mounts. It is not a safe fix: a
// sidecar that the cluster adds to the pod could name it.
func unusedVolumeFix(w *kube.Workload, v hostVolume) fixer.Fix {
	at := w.PodPath.Join("volumes")
	if w.Pod.Get("volumes").Len() > 1 {
		at = at.Join(v.index)
	}
	return fixer.Fix{
		ID:     "remove",
		Title:  fmt.Sprintf("Remove the volume %q", v.name),
		Level:  fixer.Review,
		Breaks: "Injected sidecars that mount the volume by its name no longer start",
		Verify: "kubectl get pod POD -o jsonpath='{.spec.containers[*].volumeMounts[*].name}'\ndoes not list " + text.VisibleLine(v.name),
		Edit:   fixer.EditYAML(w.Doc, yamldoc.Remove(at)),
	}
}
