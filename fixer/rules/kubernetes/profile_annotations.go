package kubernetes

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed profile_annotations.md
var profileAnnotationsDoc string

// ProfileAnnotations reports security profiles in deprecated annotations.
var ProfileAnnotations = &fixer.Rule{
	Name:     "kubernetes/profile-annotations",
	Title:    "security profile in a deprecated annotation",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.KubernetesDocs, ID: "deprecated annotations", Link: "https://kubernetes.io/docs/reference/labels-annotations-taints/"},
		{Source: fixer.PodSecurityStandards, ID: "baseline: appArmorProfile"},
		{Source: fixer.PodSecurityStandards, ID: "baseline: seccompProfile"},
		{Source: fixer.Trivy, ID: "KSV-0002"},
		{Source: fixer.Trivy, ID: "KSV-0030"},
	},
	Doc: profileAnnotationsDoc,
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			checkProfileAnnotations(p, w)
		}
	},
}

const (
	seccompPodAnnotation = "seccomp.security.alpha.kubernetes.io/pod"
	seccompAnnotation    = "container.seccomp.security.alpha.kubernetes.io/" // and the container's name
)

// A profileConversion is what becomes of the annotations of one workload.
type profileConversion struct {
	remove []string // annotations
	set    []yamldoc.Op
	level  fixer.Level
	breaks []string
	stray  []string // annotations for containers that are not there
	first  *yamldoc.Node
}

func checkProfileAnnotations(p *fixer.Pass, w *kube.Workload) {
	c := convertProfiles(w)
	if len(c.remove) == 0 && len(c.stray) == 0 {
		return
	}
	f := fixer.Finding{
		Path: w.ID() + " annotations", Start: c.first.KeyOrSelf().Start, End: c.first.End,
		Message:  fmt.Sprintf("%s sets security profiles with deprecated annotations", w.ID()),
		Evidence: []fixer.Evidence{{Kind: fixer.FromPlatform, Source: "Kubernetes", Text: "The API server writes AppArmor annotations into the field appArmorProfile itself, and has ignored those of seccomp since 1.27"}},
	}
	if len(c.remove) == 0 {
		f.Message = fmt.Sprintf("%s sets a security profile for a container that does not exist: %s", w.ID(), text.Some(c.stray))
		f.Advice = "Correct the container name in the annotation, or remove the annotation"
		p.Report(f)
		return
	}
	at := w.PodPath.Parent().Join("metadata", "annotations")
	f.Fixes = []fixer.Fix{{
		ID:     "fields",
		Title:  "Replace the annotations with the fields seccompProfile and appArmorProfile",
		Level:  c.level,
		Breaks: text.Sentences(c.breaks...),
		Verify: "kubectl exec POD -- grep Seccomp: /proc/1/status\nprints 2\n\nkubectl exec POD -- cat /proc/1/attr/current\nprints the AppArmor profile",
		Edit: func(d *fixer.Draft) error {
			ops := slices.Clone(c.set)
			annotations := w.Meta.Get("annotations")
			merged := slices.ContainsFunc(c.remove, func(key string) bool { return annotations.Own(key) == nil })
			if !merged && len(c.remove) == annotations.Len() {
				ops = append(ops, yamldoc.Remove(at))
			} else {
				for _, key := range c.remove {
					ops = append(ops, yamldoc.Remove(at.Join(key)))
				}
			}
			d.YAML(w.Doc, ops...)
			return nil
		},
	}}
	p.Report(f)
}

// convertProfiles says which fields the annotations of a workload become. Each
// annotation is one of three: of the pod for seccomp, of a container for
// seccomp, of a container for AppArmor.
func convertProfiles(w *kube.Workload) profileConversion {
	out := profileConversion{level: fixer.Safe}
	byName := map[string]kube.Container{}
	for _, c := range w.Containers() {
		byName[c.Name] = c
	}
	annotations := maps.Collect(w.Meta.Get("annotations").All())
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		value := annotations[key]
		field, name, container := "", "", false
		if key == seccompPodAnnotation {
			field = "seccompProfile"
		} else if name, container = strings.CutPrefix(key, seccompAnnotation); container {
			field = "seccompProfile"
		} else if name, container = strings.CutPrefix(key, appArmorAnnotation); container && value.Text() != "unconfined" {
			field = "appArmorProfile"
		}
		if field == "" {
			continue
		}
		if out.first == nil || value.Start < out.first.Start {
			out.first = value
		}
		context, at := w.Pod.Get("securityContext"), w.PodPath.Join("securityContext", field)
		if container {
			c, ok := byName[name]
			if !ok {
				out.stray = append(out.stray, name)
				continue
			}
			context, at = c.Node.Get("securityContext"), securityContext(c, field)
		}
		out.add(key, field, value.Text(), at, context.Get(field).Null())
	}
	return out
}

// add notes what becomes of one annotation; unset says that its field is not
// there yet.
func (c *profileConversion) add(key, field, value string, at yamldoc.Path, unset bool) {
	profile, localhost := strings.CutPrefix(value, "localhost/")
	var set yamldoc.Map
	switch {
	case localhost:
		set = yamldoc.Map{{Key: "type", Value: "Localhost"}, {Key: "localhostProfile", Value: profile}}
	case value == "runtime/default", value == "docker/default":
		set = yamldoc.Map{{Key: "type", Value: "RuntimeDefault"}}
	}
	c.remove = append(c.remove, key)
	if unset && set != nil {
		c.set = append(c.set, yamldoc.Set(at, set))
	}
	switch {
	case field == "appArmorProfile":
		c.review("Clusters before 1.30 ignore appArmorProfile and use the default profile of the runtime")
	case localhost && unset:
		c.review("The profile " + profile + " has not been applied since 1.27. It may deny system calls of the application, and it must exist on every node")
	case value == "unconfined":
		c.review("Applications that need an unfiltered pod: without the annotation, a default profile of the pod or node applies")
	}
}

func (c *profileConversion) review(breaks string) {
	c.level = fixer.Review
	if !slices.Contains(c.breaks, breaks) {
		c.breaks = append(c.breaks, breaks)
	}
}
