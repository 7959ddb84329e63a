package rules_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// families reads the references of every family of the image table, a glob
// filled in with something that it matches.
func families(t *testing.T) map[string][]string {
	t.Helper()
	more, err := filepath.Glob("../image/images/*.yaml")
	if err != nil || len(more) == 0 {
		t.Fatalf("no files of the table: %v", err)
	}
	type family struct {
		ID    string   `yaml:"id"`
		Repos []string `yaml:"repos"`
		Words []string `yaml:"words"`
	}
	var all []family
	for _, file := range append(more, "../image/images.yaml") {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var table struct {
			Images []family `yaml:"images"`
		}
		if err := yaml.Unmarshal(data, &table); err != nil {
			t.Fatal(err)
		}
		all = append(all, table.Images...)
	}
	out := map[string][]string{}
	for _, f := range all {
		for _, repo := range f.Repos {
			ref := strings.ReplaceAll(repo, "*", "static")
			tags := []string{"1"}
			if len(f.Words) > 0 {
				tags = []string{"1-" + strings.ReplaceAll(f.Words[0], "*", "")}
			}
			for _, tag := range append(tags, tags[0]+"-alpine") {
				out[f.ID] = append(out[f.ID], ref+":"+tag)
			}
		}
	}
	return out
}

// shapes are the pods that each image is put into: bare, with its data on a
// claim, told to be root, and with a port declared.
var shapes = map[string]string{
	"bare": "  containers:\n  - name: app\n    image: %s\n",
	"port": "  containers:\n  - name: app\n    image: %s\n    ports:\n    - containerPort: 80\n",
	"root": "  containers:\n  - name: app\n    image: %s\n    securityContext:\n      runAsUser: 0\n",
	"claim": "  containers:\n  - name: app\n    image: %s\n    volumeMounts:\n    - name: data\n      mountPath: %s\n" +
		"  volumes:\n  - name: data\n    persistentVolumeClaim:\n      claimName: data\n",
	"beside another": "  containers:\n  - name: app\n    image: %s\n  - name: other\n    image: example.org/other:1\n",
}

// TestTable hardens a pod of every image of the table, by each rule alone and
// by all together, and holds the result to the facts: nothing that the table
// knows not to start.
func TestTable(t *testing.T) {
	var kubernetes []*fixer.Rule
	alone := map[string]*fixer.Rule{}
	for _, r := range rules.All() {
		if r.Kind == fixer.Kubernetes {
			kubernetes, alone[r.Name] = append(kubernetes, r), r
		}
	}
	var judged atomic.Int64
	least, seen := int64(5000), 0
	step := 1
	if testing.Short() {
		step, least = 12, 400 // a race run is many times slower
	}
	all, tried := families(t), []string{}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		for _, raw := range all[id] {
			if seen++; seen%step == 0 {
				tried = append(tried, raw)
			}
		}
	}
	fixer.ForEach(len(tried), func(i int) {
		raw := tried[i]
		known := image.KnowledgeOf(raw, nil)
		if known.Err != nil {
			t.Errorf("%s: %v", raw, known.Err)
			return
		}
		entry := known.Entry
		if entry == nil {
			return // no such variant
		}
		for shape, pod := range shapes {
			snap := podOf(pod, raw, entry)
			sets := map[string][]*fixer.Rule{"all": kubernetes}
			for _, f := range engine.Check(snap, nil, kubernetes).Findings {
				if len(f.Fixes) > 0 { // no other rule changes anything by itself
					sets[f.Rule] = []*fixer.Rule{alone[f.Rule]}
				}
			}
			for name, set := range sets {
				for _, problem := range startProblems(snap, entry, set) {
					t.Errorf("%s (%s), %s, fixed by %s: %s", raw, entry.ID, shape, name, problem)
				}
				judged.Add(1)
			}
		}
	})
	t.Logf("%d combinations were judged", judged.Load())
	if n := judged.Load(); n < least {
		t.Errorf("only %d combinations were judged", n)
	}
}

// podOf puts an image into a pod, with a mount at its data where the pod has one.
func podOf(pod, ref string, e *image.Entry) *fixer.Snapshot {
	args := []any{ref}
	if strings.Count(pod, "%s") == 2 {
		data := "/data"
		for _, w := range e.Writable {
			if w.Kind == "data" && w.Path != "" {
				data = w.Path
				break
			}
		}
		args = append(args, data)
	}
	src := "apiVersion: v1\nkind: Pod\nmetadata:\n  name: app\nspec:\n" + fmt.Sprintf(pod, args...)
	return fixer.NewSnapshot([]fixer.Source{{Path: "pod.yaml", Kind: fixer.Kubernetes, Data: []byte(src)}})
}

// startProblems says why a pod would not start after the fixes of a set of rules.
func startProblems(snap *fixer.Snapshot, e *image.Entry, set []*fixer.Rule) []string {
	s := engine.NewSession(snap, nil, set)
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		return []string{err.Error()}
	}
	after := s.Plan().After.File("pod.yaml")
	if after.Skip != nil || len(after.Objects) == 0 {
		return []string{"the result is no manifest"}
	}
	w := after.Objects[0].Workload()
	c := w.Containers()[slices.IndexFunc(w.Containers(), func(c kube.Container) bool { return c.Name == "app" })]
	told, _ := kubeUser(snapContainer(snap))
	return wouldFail(c, e, told)
}

func snapContainer(s *fixer.Snapshot) kube.Container {
	return s.File("pod.yaml").Objects[0].Workload().Containers()[0]
}

func kubeUser(c kube.Container) (int64, bool) {
	n, _ := c.Security("runAsUser")
	return n.Int()
}

// wouldFail says why, by the table, a container would not start, for what the
// fixes added: toldBefore is the user the manifest asked for before.
func wouldFail(c kube.Container, e *image.Entry, toldBefore int64) []string {
	var out []string
	complain := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	isTrue := func(key string) bool {
		n, _ := c.Security(key)
		v, ok := n.Bool()
		return ok && v
	}
	uid, told := kubeUser(c)
	nonRoot := told && uid != 0 || !told && e.Default.IsNonRoot()
	if isTrue("runAsNonRoot") {
		switch {
		case told && uid == 0:
			complain("runAsNonRoot beside runAsUser 0")
		case !told && !(e.Default.IsNonRoot() && e.Default.Numeric):
			complain("runAsNonRoot on an image whose user the kubelet cannot check: %s", e.Default)
		case e.NonRoot.Support == image.SupportNo:
			complain("runAsNonRoot on an image that must start as root")
		}
	}
	if told && uid != 0 && uid != toldBefore {
		if run, ok := e.RunAs(); ok && !e.NonRoot.AnyUID && int64(run.UID) != uid {
			complain("runAsUser %d, and the image works as %s", uid, run)
		}
		if e.NonRoot.Support == image.SupportConditional {
			for _, w := range e.Writable {
				if w.Always() && !covers(c, w.Path) {
					complain("runs as %d, and %s of its image belongs to root", uid, w.Path)
				}
			}
		}
	}
	if isTrue("readOnlyRootFilesystem") {
		if e.ReadOnly.Support == image.SupportNo {
			complain("read-only root on an image that does not run so")
		}
		for _, w := range e.Writable {
			if w.Always() && !covers(c, w.Path) {
				complain("read-only root, and no volume at %s", w.Path)
			}
			if w.Ships && emptyAt(c, w.Path) {
				complain("an empty volume hides what the image has at %s", w.Path)
			}
		}
	}
	caps := c.Node.Get("securityContext").Get("capabilities")
	if slices.ContainsFunc(caps.Get("drop").Texts(), func(s string) bool { return s == "ALL" }) {
		need := e.CapsRoot.Need
		if nonRoot {
			need = e.CapsNonRoot
		}
		for _, n := range need {
			if e.NonRoot.Support != image.SupportApp && !slices.Contains(caps.Get("add").Texts(), n) {
				complain("dropped ALL without %s back (root: %v)", n, !nonRoot)
			}
		}
	}
	return out
}

func covers(c kube.Container, at string) bool {
	run := func(p string) string { return strings.TrimPrefix(p, "/var") }
	for _, m := range c.Node.Get("volumeMounts").List() {
		mount := strings.TrimSuffix(m.Get("mountPath").Text(), "/")
		if mount == at || strings.HasPrefix(at, mount+"/") ||
			strings.HasPrefix(at, "/var/run") && (run(at) == mount || strings.HasPrefix(run(at), mount+"/")) ||
			strings.HasPrefix(mount, "/var/run") && (run(mount) == at || strings.HasPrefix(at, run(mount)+"/")) {
			return true
		}
	}
	return false
}

func emptyAt(c kube.Container, at string) bool {
	empty := map[string]bool{}
	for _, v := range c.Workload.Pod.Get("volumes").List() {
		empty[v.Get("name").Text()] = v.Get("emptyDir") != nil
	}
	for _, m := range c.Node.Get("volumeMounts").List() {
		if m.Get("mountPath").Text() == at && empty[m.Get("name").Text()] {
			return true
		}
	}
	return false
}
