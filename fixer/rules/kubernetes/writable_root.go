package kubernetes

import (
	_ "embed"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/container"
	"oakum/fixer/image"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

//go:embed writable_root.md
var writableRootDoc string

// WritableRoot reports containers with a writable root filesystem.
var WritableRoot = &fixer.Rule{
	Name:     "kubernetes/writable-root",
	Title:    "root file system writable",
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
			if isTrue(set) || c.Role == kube.Ephemeral || isTrue(c.Node.Get("securityContext").Get("privileged")) {
				continue
			}
			f := fixer.Finding{Message: fmt.Sprintf("%s can write to its root file system", c)}
			w := writes(container.OfImage(p, c.Image), c)
			f.Evidence = w.evidence
			if w.advice != "" {
				f.Advice = w.advice
			} else {
				f.Fixes = []fixer.Fix{readOnlyFix(c, w)}
			}
			report(p, c, set, f)
		}
	},
}

var (
	paramWritable = fixer.Param{Name: "writable", Meaning: "paths that get an empty volume, with blanks or commas between; may be empty", Validate: validPaths}
	paramSize     = fixer.Param{Name: "size", Meaning: "most that each new empty volume may hold, as in 5Gi; empty for no limit", Default: defaultSize, Validate: optional(validCapacity)}
)

// optional accepts an empty value, too.
func optional(validate func(string) error) func(string) error {
	return func(s string) error {
		if s == "" {
			return nil
		}
		return validate(s)
	}
}

// writing is what is known of where a container writes.
type writing struct {
	paths    []string // that need room and are not mounted
	level    fixer.Level
	breaks   string
	advice   string // why there is no fix
	evidence []fixer.Evidence
}

func writes(profile *container.Profile, c kube.Container) writing {
	w := writing{level: fixer.Review, evidence: profile.Evidence,
		breaks: "the program fails where it writes outside /tmp and its volumes: nothing is known of what it writes"}
	e := profile.Entry
	refused := isFalse(c.Node.Get("securityContext").Get("readOnlyRootFilesystem"))
	if e == nil || profile.BuiltHere() && e.NonRoot.Support == image.SupportApp {
		if !mounted(c, "/tmp") {
			w.paths = []string{"/tmp"}
		}
		if profile.BuiltHere() {
			w.breaks = "the program fails where it writes outside /tmp and its volumes: look at " + profile.Build.Path + " for the folders it makes"
		}
		if why := keepsData(c); why != "" {
			w.advice = why + ", and keeps data, sockets and locks where its image wants them: find these folders out, give each a volume, and then make the root read-only"
		} else if refused {
			w.advice = "somebody set it to false, mostly because the program writes: find out where (kubectl exec POD -- find / -xdev -newer /proc/1 -type f), give these folders volumes, and then set it to true"
		}
		return w
	}
	w.evidence = []fixer.Evidence{fixer.ImageEvidence(e.Evidence(image.FieldReadOnly)), fixer.ImageEvidence(e.Evidence(image.FieldWritable))}
	if e.ReadOnly.Support == image.SupportNo {
		w.advice = e.ID + " does not run on a read-only root file system"
		if e.ReadOnly.Note != "" {
			w.advice += ": " + e.ReadOnly.Note
		}
		return w
	}
	r := roomFor(e, c)
	if r.hidden != "" {
		w.advice = r.advice(e)
		return w
	}
	w.paths = r.paths
	conditional := r.conditional || e.ReadOnly.Support == image.SupportConditional
	w.breaks = "the program fails where it writes outside the mounted paths: " + strings.Join(orNone(w.paths), ", ")
	sound := e.ReadOnly.Support == image.SupportYes && e.Verified(image.FieldReadOnly) && e.Verified(image.FieldWritable)
	if !c.Node.Get("command").Null() || !c.Node.Get("args").Null() {
		sound = false // the table speaks of the image as it starts by itself
		w.evidence = append(w.evidence, fixer.Evidence{Kind: fixer.FromManifest, Text: "command or args change what the image starts"})
	}
	if refused {
		sound = false
		w.evidence = append(w.evidence, fixer.Evidence{Kind: fixer.FromManifest, Text: "somebody set it to false"})
	}
	if sound && profile.Sound && !conditional && len(w.paths) == 0 && !profile.BuiltHere() {
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

func readOnlyFix(c kube.Container, w writing) fixer.Fix {
	fix := fixer.Fix{
		ID:     "read-only",
		Title:  "make the root file system read-only",
		Level:  w.level,
		Breaks: w.breaks,
		Verify: `kubectl exec POD -- touch /x   fails, and the logs show no "read-only file system"`,
		Params: []fixer.Param{paramWritable.With(strings.Join(w.paths, ",")), paramSize},
	}
	fix.Edit = func(d *fixer.Draft) error {
		ops := []yamldoc.Op{yamldoc.Set(securityContext(c, "readOnlyRootFilesystem"), true)}
		ops = append(ops, emptyVolumes(c, splitPaths(d.Param("writable")), volumeNames(c.Workload), d.Param("size"))...)
		d.YAML(c.Workload.Doc, ops...)
		return nil
	}
	if len(w.paths) > 0 {
		fix.Title += ", with empty volumes at " + strings.Join(w.paths, ", ")
		fix.Breaks += "; " + sizeBreaks
	}
	return fix
}

func splitPaths(s string) []string {
	var out []string
	for _, at := range strings.Fields(strings.ReplaceAll(s, ",", " ")) {
		if at = path.Clean(at); !slices.Contains(out, at) {
			out = append(out, at)
		}
	}
	return out
}

func validPaths(s string) error {
	for _, at := range splitPaths(s) {
		if !path.IsAbs(at) || at == "/" || strings.Contains(at, ":") {
			return errors.New("absolute paths below /, with blanks or commas between")
		}
	}
	return nil
}
