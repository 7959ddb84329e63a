package kubernetes

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/image"
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
write and nothing is mounted yet; for an image nobody knows the paths are a parameter.`,
		Why: `Who breaks into a process with a writable root can replace its programs, drop tools and stay. A read-only root
leaves only the volumes, which can be looked at.`,
		Breaks: `Whatever the program writes outside its volumes fails with "read-only file system". An emptyDir hides what the image
has at that path and is empty at every start of the pod.`,
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
			if isTrue(set) || c.Role == kube.Ephemeral {
				continue
			}
			f := fixer.Finding{Message: fmt.Sprintf("%s %q can write to its root file system", c.Role, c.Name)}
			w := writes(p.Image(c.Image), c)
			f.Evidence = w.evidence
			if w.advice != "" {
				f.Advice = w.advice
			} else {
				f.Fixes = []fixer.Fix{readOnlyFix(p, c, w)}
			}
			report(p, c, set, f)
		}
	},
}

// writing is what is known of where a container writes.
type writing struct {
	paths    []string // that need room and are not mounted
	level    fixer.Level
	breaks   string
	advice   string // why there is no fix
	evidence []fixer.Evidence
}

func writes(profile *fixer.Profile, c kube.Container) writing {
	w := writing{level: fixer.Review, evidence: profile.Evidence,
		breaks: "the program fails where it writes outside /tmp and its volumes: nothing is known of what it writes"}
	e := profile.Entry
	if e == nil || profile.BuiltHere() && e.NonRoot.Support == image.SupportApp {
		w.paths = unmounted(c, "/tmp")
		if profile.BuiltHere() {
			w.breaks = "the program fails where it writes outside /tmp and its volumes: look at " + profile.Build.Path + " for the folders it makes"
		}
		return w
	}
	w.evidence = []fixer.Evidence{{Text: e.Evidence(image.FieldReadOnly)}, {Text: e.Evidence(image.FieldWritable)}}
	if e.ReadOnly.Support == image.SupportNo {
		w.advice = e.ID + " does not run on a read-only root file system"
		if e.ReadOnly.Note != "" {
			w.advice += ": " + e.ReadOnly.Note
		}
		return w
	}
	conditional := e.ReadOnly.Support == image.SupportConditional
	for _, at := range e.Writable {
		need := unmounted(c, at.Path)
		switch {
		case at.Path == "":
			conditional = true // the configuration says where
		case len(need) == 0:
		case at.When != "":
			conditional = true
		case at.Ships:
			w.advice = fmt.Sprintf("%s writes to %s, where its image has files that an empty volume would hide: give it a volume that holds them", e.ID, at.Path)
			return w
		default:
			w.paths = append(w.paths, need...)
		}
	}
	w.breaks = "the program fails where it writes outside the mounted paths: " + strings.Join(orNone(w.paths), ", ")
	sound := e.ReadOnly.Support == image.SupportYes && e.Verified(image.FieldReadOnly) && e.Verified(image.FieldWritable)
	if sound && !conditional && len(w.paths) == 0 && !profile.BuiltHere() {
		w.level, w.breaks = fixer.Safe, ""
	}
	return w
}

func orNone(list []string) []string {
	if len(list) == 0 {
		return []string{"no path needs one"}
	}
	return list
}

// unmounted returns the path unless the container mounts it or a folder above.
func unmounted(c kube.Container, at string) []string {
	for _, m := range c.Node.Get("volumeMounts").List() {
		if mount := path.Clean(m.Get("mountPath").Text()); mount == at || strings.HasPrefix(at, mount+"/") {
			return nil
		}
	}
	return []string{at}
}

func readOnlyFix(p *fixer.Pass, c kube.Container, w writing) fixer.Fix {
	fix := fixer.Fix{
		ID:     "read-only",
		Title:  "make the root file system read-only",
		Level:  w.level,
		Breaks: w.breaks,
		Verify: `kubectl exec POD -- touch /x   fails, and the logs show no "read-only file system"`,
		Params: []fixer.Param{{
			Name: "writable", Meaning: "paths that get an empty volume, with commas between; may be empty",
			Default: strings.Join(w.paths, ","), Validate: validPaths,
		}},
	}
	fix.Edit = func(d *fixer.Draft) error {
		ops := []yamldoc.Op{yamldoc.Set(securityContext(c, "readOnlyRootFilesystem"), true)}
		taken := volumeNames(c.Workload)
		for _, at := range splitPaths(d.Param("writable")) {
			if len(unmounted(c, at)) == 0 {
				continue
			}
			name := volumeName(at, c, taken)
			taken[name] = true
			ops = append(ops,
				yamldoc.Append(c.Path.Join("volumeMounts"), yamldoc.Map{{Key: "name", Value: name}, {Key: "mountPath", Value: at}}),
				yamldoc.Append(c.Workload.PodPath.Join("volumes"), yamldoc.Map{{Key: "name", Value: name}, {Key: "emptyDir", Value: yamldoc.Map{}}}))
		}
		d.YAML(p.File.Path, c.Workload.Doc, ops...)
		return nil
	}
	if len(w.paths) > 0 {
		fix.Title += ", with empty volumes at " + strings.Join(w.paths, ", ")
	}
	return fix
}

func splitPaths(s string) []string {
	var out []string
	for at := range strings.SplitSeq(s, ",") {
		if at = strings.TrimSpace(at); at != "" {
			out = append(out, path.Clean(at))
		}
	}
	return out
}

func validPaths(s string) error {
	for _, at := range splitPaths(s) {
		if !path.IsAbs(at) || at == "/" || strings.ContainsAny(at, ":\n\r") {
			return errors.New("absolute paths below /, with commas between")
		}
	}
	return nil
}

func volumeNames(w *kube.Workload) map[string]bool {
	out := map[string]bool{}
	for _, v := range w.Pod.Get("volumes").List() {
		out[v.Get("name").Text()] = true
	}
	for _, t := range w.Node.Get("spec").Get("volumeClaimTemplates").List() {
		out[t.Get("metadata").Get("name").Text()] = true
	}
	return out
}

// volumeName makes a name for a volume out of its path, a DNS label of at most
// 63 characters: "tmp", or where that is taken "web-tmp".
func volumeName(at string, c kube.Container, taken map[string]bool) string {
	label := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, at), "-")
	candidates := []string{label, c.Name + "-" + label}
	for i := 2; ; i++ {
		for _, name := range candidates {
			name = strings.Trim(name[:min(len(name), 63)], "-")
			if name != "" && !taken[name] {
				return name
			}
		}
		candidates = slices.Concat([]string{fmt.Sprintf("%.58s-%d", label, i)})
	}
}
