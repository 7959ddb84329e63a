package cross

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/kube/podsecurity"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed pod_security_labels.md
var podSecurityLabelsDoc string

// PodSecurityLabels reports namespaces without Pod Security labels.
var PodSecurityLabels = &fixer.Rule{
	Name:     "cross/pod-security-labels",
	Title:    "namespace without Pod Security labels",
	Severity: fixer.Medium,
	Phase:    fixer.Standards,
	Reads:    []fixer.Kind{fixer.Kubernetes},
	References: []fixer.Reference{
		{Source: fixer.CISKubernetes, ID: "5.2.1"},
		{Source: fixer.Kubescape, ID: "C-0192"},
		{Source: fixer.KubernetesDocs, ID: "Pod Security Admission", Link: "https://kubernetes.io/docs/concepts/security/pod-security-admission/"},
	},
	Params: []fixer.Param{paramLevel},
	Doc:    podSecurityLabelsDoc,
	Check: func(p *fixer.Pass) {
		for _, ns := range unlabelled(p) {
			if len(ns.modes) == 0 {
				p.Report(ns.warnFinding())
			}
			if ns.pods.count > 0 {
				p.Report(ns.enforceFinding())
			}
		}
	},
}

var paramLevel = fixer.Param{Name: "level", Meaning: "Pod Security level to enforce: baseline or restricted", Validate: validLevel}

const podSecurityPrefix = "pod-security.kubernetes.io/"

// A namespace is a Namespace object without an enforce label.
type namespace struct {
	*kube.Object
	file    string
	modes   []string // that labels set: "audit", "warn", and their versions
	variant bool     // other files make a namespace of the same name
	pods    tally
}

// unlabelled returns the Namespaces that do not enforce a level, in the order
// of files and documents.
func unlabelled(p *fixer.Pass) []*namespace {
	var out []*namespace
	made := map[string]int{}
	for f := range p.Snapshot.Files() {
		for _, o := range f.Objects {
			if o.Kind != "Namespace" || o.APIVersion != "v1" || o.Name == "" || strings.HasPrefix(o.Name, "kube-") {
				continue
			}
			made[o.Name]++
			ns := &namespace{Object: o, file: f.Path}
			for key := range o.Node.Get("metadata").Get("labels").All() {
				if mode, ok := strings.CutPrefix(key, podSecurityPrefix); ok {
					ns.modes = append(ns.modes, mode)
				}
			}
			if !slices.Contains(ns.modes, "enforce") {
				out = append(out, ns)
			}
		}
	}
	if len(out) == 0 {
		return nil
	}
	pods := newCensus(p)
	for _, ns := range out {
		ns.variant = made[ns.Name] > 1
		if !ns.Generated() { // else no pod here can be in it
			ns.pods = pods.of(ns)
		}
	}
	return out
}

func (ns *namespace) labels() yamldoc.Path { return ns.Path.Join("metadata", "labels") }

// set gives a mode its level and pins the version of the standards.
func (ns *namespace) set(mode, level string) []yamldoc.Op {
	return []yamldoc.Op{
		yamldoc.Set(ns.labels().Join(podSecurityPrefix+mode), level),
		yamldoc.Set(ns.labels().Join(podSecurityPrefix+mode+"-version"), podsecurity.Version),
	}
}

func (ns *namespace) finding(suffix string) fixer.Finding {
	at := ns.NameNode()
	return fixer.Finding{File: ns.file, Path: ns.ID() + " " + suffix, Start: at.Start, End: at.End}
}

// warnFinding asks for the labels that refuse nothing.
func (ns *namespace) warnFinding() fixer.Finding {
	f := ns.finding("warn")
	f.Severity = fixer.Low
	f.Message = fmt.Sprintf("Namespace %s has no Pod Security warn or audit label", ns.Name)
	f.Evidence = []fixer.Evidence{{Kind: fixer.FromPlatform, Source: "Kubernetes", Text: "The labels warn and audit refuse no pod"}}
	f.Fixes = []fixer.Fix{{
		ID:     "warn",
		Title:  "Set the Pod Security warn and audit labels to restricted",
		Level:  fixer.Safe,
		Verify: "kubectl run check --image=busybox --dry-run=server -n " + text.ShellWord(ns.Name) + "\nwarns that the pod would violate PodSecurity restricted:" + podsecurity.Version,
		Edit: func(d *fixer.Draft) error {
			d.At(ns.file).YAML(ns.Doc, append(ns.set("warn", "restricted"), ns.set("audit", "restricted")...)...)
			return nil
		},
	}}
	return f
}

// enforceFinding asks for the label that refuses, at the level the pods have: no
// level is guessed for a namespace whose pods are not seen.
func (ns *namespace) enforceFinding() fixer.Finding {
	f := ns.finding("enforce")
	f.Message = fmt.Sprintf("Namespace %s does not enforce a Pod Security level: it admits privileged pods", ns.Name)
	level := ns.pods.level()
	f.Evidence = ns.pods.evidence()
	if level == podsecurity.Privileged {
		f.Severity = fixer.Low
		f.Advice = "Bring the pods listed here to the baseline level, or move them to a namespace of their own. Then add the label " + podSecurityPrefix + "enforce: baseline"
		return f
	}
	f.Fixes = []fixer.Fix{ns.enforceFix(level)}
	return f
}

func (ns *namespace) enforceFix(level podsecurity.Level) fixer.Fix {
	return fixer.Fix{
		ID:     "enforce",
		Title:  fmt.Sprintf("Set the Pod Security enforce label to %s, which the pods here already meet", level),
		Level:  fixer.Review,
		Breaks: fmt.Sprintf("Pods from outside this repository are rejected at their next start unless they meet the %s level", level),
		Verify: fmt.Sprintf("kubectl label --dry-run=server --overwrite ns %s %senforce=%s\nprints no warning", text.ShellWord(ns.Name), podSecurityPrefix, level),
		Params: []fixer.Param{paramLevel.With(string(level))},
		Edit: func(d *fixer.Draft) error {
			ops := ns.set("enforce", d.Param("level"))
			if len(ns.modes) == 0 {
				ops = append(ops, append(ns.set("warn", "restricted"), ns.set("audit", "restricted")...)...)
			}
			d.At(ns.file).YAML(ns.Doc, ops...)
			return nil
		},
	}
}

func validLevel(s string) error {
	if s != string(podsecurity.Baseline) && s != string(podsecurity.Restricted) {
		return errors.New("baseline or restricted")
	}
	return nil
}
