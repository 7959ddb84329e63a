package cross

import (
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// checkHostDirectories looks at directories of the node that the kubelet creates: they
// belong to root, whatever fsGroup says. One that is there already has an owner that no
// file tells. An emptyDir is open to everybody.
func checkHostDirectories(p *fixer.Pass, w *kube.Workload) {
	created := map[string]*yamldoc.Node{}
	for _, v := range w.Pod.Get("volumes").List() {
		if host := v.Get("hostPath"); host.Get("type").Text() == "DirectoryOrCreate" && !strings.Contains(host.Get("path").Text(), "$") {
			created[v.Get("name").Text()] = host
		}
	}
	if len(created) == 0 {
		return
	}
	type user struct {
		in       kube.Container
		mount    *yamldoc.Node
		who      image.Identity
		evidence []fixer.Evidence
	}
	blocked := map[string]user{}
	for _, c := range w.Containers() {
		spec := container.FromContainer(p, c)
		who, because := spec.StartsAs()
		for _, m := range c.Node.Get("volumeMounts").List() {
			name := m.Get("name").Text()
			if created[name] == nil || m.Get("readOnly").IsTrue() {
				continue
			}
			if !who.IsNonRoot() || !spec.User.Set && !spec.Image.Proven {
				delete(created, name) // it may give the files to the user
			} else if _, known := blocked[name]; !known {
				blocked[name] = user{c, m, who, because}
			}
		}
	}
	for _, v := range w.Pod.Get("volumes").List() {
		name := v.Get("name").Text()
		host, b := created[name], blocked[name]
		if host == nil || b.mount == nil {
			continue
		}
		at, target := host.Get("path").Text(), b.mount.Get("mountPath").Text()
		f := fixer.Finding{
			File: p.File.Path, Path: w.ID() + ": hostPath " + name, Start: host.KeyOrSelf().Start, End: host.End,
			Message:  fmt.Sprintf("%s of %s runs as user %s, but the kubelet creates %s as root: nothing can be written to %s", b.in.Subject(), w.ID(), b.who, at, target),
			Evidence: append(b.evidence, fixer.Evidence{Kind: fixer.FromPlatform, Text: "A hostPath of type DirectoryOrCreate is created with owner root and mode 0755, and fsGroup does not apply to it"}),
			Advice:   fmt.Sprintf("Use a PersistentVolumeClaim with fsGroup, or an emptyDir where the files may go with the pod. If they have to be on the node, create %s there with owner %s", at, ownerOf(b.who)),
		}
		p.Report(f)
	}
}
