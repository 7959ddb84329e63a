package kubernetes

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// openShift are the objects in the repository that only OpenShift has, one of
// each file, as evidence. There a namespace gives its pods users and groups out
// of a range of its own, and refuses other numbers.
var openShift = fixer.NewIndex(func(f *fixer.File) bool {
	return slices.ContainsFunc(f.Objects, ofOpenShift)
}, func(files []*fixer.File) []openShiftFile {
	var out []openShiftFile
	for _, f := range files {
		o := f.Objects[slices.IndexFunc(f.Objects, ofOpenShift)]
		out = append(out, openShiftFile{f.Path, fixer.Evidence{Kind: fixer.FromManifest, Place: f.PlaceOf(o.NameNode()),
			Text: o.ID() + " is an OpenShift object. OpenShift assigns each pod a user ID from the range of its namespace and rejects others"}})
	}
	return out
})

type openShiftFile struct {
	path string
	fixer.Evidence
}

func ofOpenShift(o *kube.Object) bool { return strings.HasSuffix(o.Group(), ".openshift.io") }

// runsOnOpenShift returns the first object that shows that the file is for
// OpenShift, too. near says that it stands in the same directory, or in one
// above or below: there the file is for OpenShift in any case.
func runsOnOpenShift(p *fixer.Pass) (shown fixer.Evidence, near, ok bool) {
	for _, f := range openShift.Of(p) {
		if !ok {
			shown, ok = f.Evidence, true
		}
		if fixer.Beside(f.path, p.File.Path) {
			return f.Evidence, true, true
		}
	}
	return shown, false, ok
}

// rangeFix leaves the number to OpenShift. ok is false where the manifest names a
// user, which would have to go.
func rangeFix(pod podIdentity, id identity) (fixer.Fix, bool) {
	if told, _ := id.in.Security("runAsUser"); !told.Null() {
		return fixer.Fix{}, false
	}
	return fixer.Fix{
		ID:     "range",
		Title:  "Set runAsNonRoot to true and let OpenShift assign the user",
		Level:  fixer.Review,
		Breaks: "Images that do not run as an arbitrary user of group 0. On other clusters, the kubelet refuses an image that starts as root",
		Verify: checks(execCheck(id.in, "id -u", "prints a user ID from the range of the namespace"), logsCheck(id.in, "shows no `Permission denied`")),
		Edit:   fixer.EditYAML(pod.workload.Doc, yamldoc.Set(pod.securityPath(id, "runAsNonRoot"), true)),
	}, true
}
