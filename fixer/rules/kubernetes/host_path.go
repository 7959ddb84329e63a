package kubernetes

import (
	"fmt"
	"strings"

	"oakum/fixer"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

// HostPath wants no files of the node in a pod.
var HostPath = &fixer.Rule{
	Name:     "kubernetes/host-path",
	Title:    "mounts files of its node",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `hostPath volumes, one finding for each, or one for all of a workload that serves its node (a DaemonSet, a Job that looks at
the node's processes). How much it matters depends on what lies there: the whole root, the keys of the
cluster and the kubelet's folder are critical, configuration, devices and kernel settings high, other folders medium, a time zone
low; one step less when nobody can write there, and one less for such workloads. The sockets of container
engines are left to kubernetes/container-socket, and PersistentVolumes with a hostPath to whoever administers the storage.`,
		Why: `A hostPath leads out of the container: what can be written there can replace what the node runs, and what can be read there
includes the keys and secrets of others. The pod also depends on what happens to lie on the node that it is started on.`,
		Breaks: `Without the volume the program no longer finds what it read or stored there. Data has to be copied to the volume that
takes its place; agents of a node mostly cannot do without.`,
		Verify: `kubectl get pod POD -o jsonpath='{.spec.volumes[*].hostPath.path}'   prints nothing, and the program still works`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: shop
spec:
  containers:
  - name: shop
    image: example.org/shop:1.4
    volumeMounts:
    - name: data
      mountPath: /data
  volumes:
  - name: data
    hostPath:
      path: /srv/shop
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: shop
spec:
  containers:
  - name: shop
    image: example.org/shop:1.4
    volumeMounts:
    - name: data
      mountPath: /data
  volumes:
  - name: data
    persistentVolumeClaim:
      claimName: shop
`,
		References: []fixer.Reference{
			{Source: "Pod Security Standards", ID: "baseline: hostPathVolumes", URL: "https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
			{Source: "CIS Kubernetes", ID: "5.2.12"},
			{Source: "NSA/CISA", ID: "Kubernetes Hardening Guidance, pod security"},
			{Source: "Trivy", ID: "KSV-0023, KSV-0121"},
			{Source: "kube-linter", ID: "sensitive-host-mounts"},
			{Source: "Kubescape", ID: "C-0048, C-0203"},
			{Source: "Polaris", ID: "hostPathSet"},
			{Source: "KICS", ID: "Workload Mounting With Sensitive OS Directory"},
		},
	},
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
		return v.place().severity
	}
	return max(v.place().severity-1, fixer.Low)
}

func reportHostVolume(p *fixer.Pass, w *kube.Workload, v hostVolume) {
	place := v.place()
	what := v.path
	if place.holds != "" {
		what += " (" + place.holds + ")"
	}
	f := fixer.Finding{
		Path: w.ID() + " volumes[" + v.name + "]", Start: v.node.Start, End: v.node.End, Severity: v.risk(),
		Message: fmt.Sprintf("%s mounts %s of its node, read-only", w.ID(), what),
	}
	switch {
	case place.advice != "":
		f.Advice = place.advice
	case v.path == "/":
		f.Advice = "remove the volume: nothing that runs on an arbitrary node needs all of its files; a one-off look is had with kubectl debug node/NODE"
	case place.holds != "":
		f.Advice = "remove the volume if the program can do without; else mount no more than the file it reads, read-only"
	default:
		f.Advice = "keep data in a PersistentVolumeClaim, or in an emptyDir if it may be lost with the pod; files that are only read go into a ConfigMap or the image"
	}
	switch writers := v.writers(); {
	case len(v.mounts) == 0:
		f.Severity = fixer.Low
		f.Message = fmt.Sprintf("%s has a volume for %s of its node that no container mounts", w.ID(), v.path)
		f.Fixes = []fixer.Fix{unusedVolumeFix(p, w, v)}
	case len(writers) > 0:
		f.Message = fmt.Sprintf("%s mounts %s of its node, and %s can write there", w.ID(), what, strings.Join(writers, ", "))
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
	f.Message = fmt.Sprintf("%s mounts %s of its node, read-only", w.ID(), some(paths))
	f.Advice = "it looks like an agent of its node (" + why + "): check that it needs them, and mount no more than the part it uses"
	if len(written) > 0 {
		f.Message = fmt.Sprintf("%s mounts %s of its node, and can write to %s", w.ID(), some(paths), some(written))
		f.Advice += "; set readOnly: true on the mounts of " + some(written) + " where it does not write"
	}
	p.Report(f)
}

// some joins the first few of a list, and counts the others.
func some(list []string) string {
	const shown = 6
	if len(list) <= shown+1 {
		return strings.Join(list, ", ")
	}
	return strings.Join(list[:shown], ", ") + fmt.Sprintf(" and %d more", len(list)-shown)
}

// unusedVolumeFix takes a volume away that nothing mounts. It is no safe fix: a
// sidecar that the cluster adds to the pod could name it.
func unusedVolumeFix(p *fixer.Pass, w *kube.Workload, v hostVolume) fixer.Fix {
	at := w.PodPath.Join("volumes")
	if w.Pod.Get("volumes").Len() > 1 {
		at = at.Join(v.index)
	}
	return fixer.Fix{
		ID:     "remove",
		Title:  fmt.Sprintf("remove the volume %q", v.name),
		Level:  fixer.Review,
		Breaks: "a container that the cluster adds to the pod (a sidecar of an injector) no longer finds the volume if it mounts it by name",
		Verify: "kubectl get pod POD -o yaml   shows no container, added ones included, that mounts it",
		Edit: func(d *fixer.Draft) error {
			d.YAML(p.File.Path, w.Doc, yamldoc.Remove(at))
			return nil
		},
	}
}
