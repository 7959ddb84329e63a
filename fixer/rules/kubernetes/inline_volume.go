package kubernetes

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed inline_volume.md
var inlineVolumeDoc string

// InlineVolume reports volumes with an inline source.
var InlineVolume = &fixer.Rule{
	Name:     "kubernetes/inline-volume",
	Title:    "mounts storage directly instead of through a PersistentVolumeClaim",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.PodSecurityStandards, ID: "restricted: volume types"},
		{Source: fixer.Trivy, ID: "KSV-0028"},
		{Source: fixer.Monokle, ID: "PSS201"},
	},
	Params: []fixer.Param{paramClaim, paramCapacity},
	Doc:    inlineVolumeDoc,
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			for i, v := range w.Pod.Get("volumes").List() {
				if repo := v.Get("gitRepo"); repo != nil {
					reportGitRepo(p, w, v, repo)
				}
				for _, s := range storageTypes {
					if source := v.Get(s.key); !source.Null() {
						reportInline(p, inlineVolume{w, w.PodPath.Join("volumes", i), v.Get("name").Text(), s, source})
						break // the API server refuses a volume of two types
					}
				}
			}
		}
	},
}

var (
	paramClaim = fixer.Param{
		Name: "claim", Meaning: "name of the PersistentVolumeClaim; the PersistentVolume is named NAMESPACE-NAME", Validate: kube.ValidName,
	}
	paramCapacity = fixer.Param{
		Name: "capacity", Meaning: "size of the volume for Kubernetes, as in 20Gi; the storage itself is not resized", Assumed: true, Validate: validCapacity,
	}
)

func reportGitRepo(p *fixer.Pass, w *kube.Workload, v, repo *yamldoc.Node) {
	p.Report(fixer.Finding{
		Path: w.ID() + " volumes[" + v.Get("name").Text() + "]", Start: repo.KeyOrSelf().Start, End: repo.End, Severity: fixer.High,
		Message: fmt.Sprintf("%s clones a git repository on its node (gitRepo volume %q)", w.ID(), v.Get("name").Text()),
		Evidence: []fixer.Evidence{{Kind: fixer.FromPlatform, Source: "Kubernetes", Text: "The kubelet runs git as root on the node, where a cloned repository could execute code (CVE-2024-10220). " +
			"Since 1.33 the kubelet rejects gitRepo volumes by default"}},
		Advice: "Clone the repository in an init container, into an emptyDir volume that both containers mount",
	})
}

func reportInline(p *fixer.Pass, v inlineVolume) {
	f := fixer.Finding{
		Path: v.workload.ID() + " volumes[" + v.name + "]", Start: v.source.KeyOrSelf().Start, End: v.source.End,
		Message: fmt.Sprintf("%s mounts %s directly, in the volume %q", v.workload.ID(), v.kind.what, v.name),
	}
	if says := v.kind.support(); says != "" {
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromPlatform, Source: "Kubernetes", Text: says}}
	}
	claim := v.workload.Name + "-" + v.name
	_, err := v.persistentVolume(claim, defaultCapacity)
	switch {
	case kube.ValidName(claim) != nil, v.workload.Generated(): // each generated name is a new workload
		f.Advice = "Create a PersistentVolume for the storage, and mount it through a PersistentVolumeClaim. Not fixed automatically: the workload has no fixed name to derive theirs from"
	case err != nil:
		f.Advice = "Create a PersistentVolume for the storage, and mount it through a PersistentVolumeClaim. Not fixed automatically: " + err.Error()
	default:
		f.Fixes = []fixer.Fix{v.fix(claim)}
	}
	if v.kind.gone && len(f.Fixes) > 0 {
		f.Advice = "Use a CSI driver as the source of the PersistentVolume on newer clusters"
	}
	p.Report(f)
}

// defaultCapacity is what a claim asks for and its PersistentVolume offers.
// Kubernetes compares the two and does not look at the storage.
const defaultCapacity = "1Gi"

func (v inlineVolume) fix(claim string) fixer.Fix {
	return fixer.Fix{
		ID:     "claim",
		Title:  "Create a PersistentVolume and mount it through a PersistentVolumeClaim",
		Level:  fixer.Review,
		Breaks: v.breaks(),
		Verify: "kubectl get persistentvolumeclaim\nshows the claim as Bound\n\nkubectl get pod POD\nshows Running",
		Params: []fixer.Param{paramClaim.With(claim), paramCapacity.With(defaultCapacity)},
		Edit: func(d *fixer.Draft) error {
			name, err := v.claimed(d)
			if err != nil {
				return err
			}
			claim := yamldoc.Map{{Key: "claimName", Value: name}}
			if v.source.Get("readOnly").IsTrue() {
				claim = append(claim, yamldoc.Pair{Key: "readOnly", Value: true})
			}
			remove := yamldoc.Remove
			if volume, err := v.persistentVolume(name, defaultCapacity); err == nil && strings.Contains(string(volume), "#") {
				remove = yamldoc.Move // the comments stand in the new document
			}
			d.YAML(v.workload.Doc,
				yamldoc.Set(v.path.Join("persistentVolumeClaim"), claim),
				remove(v.path.Join(v.kind.key)))
			return nil
		},
	}
}

func (v inlineVolume) breaks() string {
	out := "A PersistentVolume is cluster-scoped: creating one needs an additional permission, and its name is unique in the cluster. The pod stays pending until the claim is bound"
	switch {
	case v.kind.gone:
		out += ". On clusters without the driver, the pod still does not start"
	case v.mode() == "ReadWriteOnce" && v.kind.csi == "":
		out += ". The volume is mounted on one node at a time, even if pods on several nodes wrote to it before"
	}
	return out
}

func (v inlineVolume) mode() string { return v.kind.accessMode(v.source.Get("readOnly").IsTrue()) }
