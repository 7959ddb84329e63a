package kubernetes

import (
	"fmt"
	"strings"

	"oakum/fixer"
	"oakum/fixer/container"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

// WritableRoot wants a read-only root file system, with volumes where the
// image is known to write.
var WritableRoot = &fixer.Rule{
	Name:     "kubernetes/writable-root",
	Title:    "root file system writable",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Containers that do not set readOnlyRootFilesystem to true. The fix mounts an emptyDir wherever the image is known to
write and nothing is mounted yet; for an image nobody knows the paths are a parameter, unless the manifest says false: then
somebody knows that it writes, and has to say where. Privileged containers are left alone: they mount it writable again.`,
		Why: `Who breaks into a process with a writable root can replace its programs, drop tools and stay. A read-only root
leaves only the volumes, which can be looked at.`,
		Breaks: `Whatever the program writes outside its volumes fails with "read-only file system". An emptyDir hides what the image
has at that path and is empty at every start of the pod, which is evicted when it fills one past its limit.`,
		Verify: `kubectl exec POD -- touch /x   fails, and the program's own logs show no "read-only file system"`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: cache
spec:
  containers:
  - name: cache
    image: memcached:1.6
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: cache
spec:
  containers:
  - name: cache
    image: memcached:1.6
    securityContext:
      readOnlyRootFilesystem: true
`,
		References: []fixer.Reference{
			{Source: "NSA/CISA", ID: "Kubernetes Hardening Guidance, immutable container file systems"},
			{Source: "Trivy", ID: "KSV-0014"},
			{Source: "Checkov", ID: "CKV_K8S_22"},
			{Source: "kube-linter", ID: "no-read-only-root-fs"},
			{Source: "Kubescape", ID: "C-0017"},
			{Source: "Polaris", ID: "notReadOnlyRootFilesystem"},
			{Source: "kube-score", ID: "container-security-context-readonlyrootfilesystem"},
			{Source: "KICS", ID: "Root Container Not Mounted Read-only"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, c := range containers(p) {
			set := c.Node.Get("securityContext").Get("readOnlyRootFilesystem")
			if set.IsTrue() || c.Role == kube.Ephemeral || c.Node.Get("securityContext").Get("privileged").IsTrue() {
				continue
			}
			f := fixer.Finding{Message: fmt.Sprintf("%s can write to its root file system", c)}
			spec := container.FromContainer(p, c)
			d := spec.MakeReadOnly()
			f.Evidence = d.Evidence
			if d.Level == fixer.Manual {
				f.Advice = d.Advice
			} else {
				f.Fixes = []fixer.Fix{readOnlyFix(p, c, spec, d)}
			}
			report(p, c, set, f)
		}
	},
}

func readOnlyFix(p *fixer.Pass, c kube.Container, spec *container.Spec, d container.ReadOnlyDecision) fixer.Fix {
	fix := fixer.Fix{
		ID:     "read-only",
		Title:  "make the root file system read-only",
		Level:  d.Level,
		Breaks: d.Breaks,
		Verify: `kubectl exec POD -- touch /x   fails, and the logs show no "read-only file system"`,
		Params: []fixer.Param{writableParam(d.Paths()), sizeParam()},
		Edit: func(draft *fixer.Draft) error {
			ops := []yamldoc.Op{yamldoc.Set(securityContext(c, "readOnlyRootFilesystem"), true)}
			ops = append(ops, scratchVolumes(c, spec, splitPaths(draft.Param("writable")), volumeNames(c.Workload), draft.Param("size"))...)
			draft.YAML(p.File.Path, c.Workload.Doc, ops...)
			return nil
		},
	}
	if paths := d.Paths(); len(paths) > 0 {
		fix.Title += ", with empty volumes at " + strings.Join(paths, ", ")
		fix.Breaks += "; " + sizeBreaks
	}
	return fix
}
