package dockerfile

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/topology"
)

// heedHost leaves the fixes to a person where a container of the image uses something of
// the host that belongs to root, or a directory: whom that belongs to decides which user works.
func (s *imageCheck) heedHost(f *fixer.Finding) {
	advice := ""
	if use := hostUse(s.pass, s.stage); use != "" {
		advice = "Set USER only if the application works without this: " + use
	} else if mount := hostDirectory(s.pass, s.stage); mount != "" {
		advice = "Choose the uid of the owner of the mounted directory, or set user in Compose to it: " + mount
	}
	if advice == "" {
		return
	}
	for i := range f.Fixes {
		f.Fixes[i].Level = fixer.Manual
	}
	f.Advice = text.Sentences(f.Advice, advice)
}

// hostUse says what a container of the image takes from its host that hardly another user
// than root can use: a socket, a device, all privileges, a capability that only root
// gets. It is "" where there is nothing.
func hostUse(p *fixer.Pass, s *dockerfile.Stage) string {
	for _, v := range heirsOf(p, s) {
		if !v.Setting("user").Node.Null() {
			continue // USER is not what it runs as
		}
		if use := serviceUse(v); use != "" {
			return fmt.Sprintf("service %s in %s %s", v.Name, v.File, use)
		}
	}
	for _, repo := range p.Topology().Images(p.File.Path) {
		for _, pod := range podUses.Of(p)[repo] {
			if b, ok := p.Topology().ImageBuild(pod.image); ok && b.Path == p.File.Path && b.Stage.Index == s.Index {
				return fmt.Sprintf("container %s in %s %s", pod.name, pod.file, pod.use)
			}
		}
	}
	return ""
}

func serviceUse(v compose.View) string {
	if on, _ := v.Setting("privileged").Bool(); on {
		return "is privileged"
	}
	for _, m := range v.Mounts() {
		if m.Tmpfs || m.Source == "" {
			continue
		}
		if strings.HasSuffix(m.Source, ".sock") {
			return fmt.Sprintf("mounts the socket %s, which only root and its group may connect to", m.Source)
		}
		if strings.HasPrefix(m.Source, "/dev/") && !strings.HasPrefix(m.Source, "/dev/shm") {
			return fmt.Sprintf("mounts the device %s, which belongs to root or a group of the host", m.Source)
		}
	}
	for _, d := range v.List("devices") {
		source, _, _ := strings.Cut(cmp.Or(d.Node.Text(), d.Node.Get("source").Text()), ":")
		if strings.HasPrefix(source, "/dev/") {
			return fmt.Sprintf("uses the device %s, which belongs to root or a group of the host", source)
		}
	}
	for _, c := range v.List("cap_add") {
		name := strings.TrimPrefix(strings.ToUpper(c.Node.Text()), "CAP_")
		if hostCapabilities[name] {
			return fmt.Sprintf("adds the capability %s, which another user than root does not get", name)
		}
	}
	return ""
}

// hostCapabilities are added for what a program does with the kernel. Only root gets them:
// no runtime hands the capabilities of a container to another user.
var hostCapabilities = text.WordSet("ALL NET_ADMIN SYS_ADMIN SYS_MODULE SYS_RAWIO DAC_READ_SEARCH BPF")

// A podUse is what a container of a pod takes from its node.
type podUse struct{ image, name, file, use string }

// podUses are those of the manifests as they were read, by images without tags and digests.
var podUses = fixer.NewIndex(func(f *fixer.File) bool { return len(podUsesIn(f)) > 0 }, func(files []*fixer.File) map[string][]podUse {
	out := map[string][]podUse{}
	for _, f := range files {
		for _, use := range podUsesIn(f) {
			repo := topology.Repository(use.image)
			out[repo] = append(out[repo], use)
		}
	}
	return out
})

func podUsesIn(f *fixer.File) []podUse {
	if f.Was != nil {
		f = f.Was
	}
	var out []podUse
	for _, o := range f.Objects {
		w := o.Workload()
		if w == nil || w.Partial {
			continue
		}
		for _, c := range w.Containers() {
			if user, _ := c.Security("runAsUser"); user != nil {
				continue
			}
			if use := containerUse(c); use != "" {
				out = append(out, podUse{c.Image, c.Name, f.Path, use})
			}
		}
	}
	return out
}

func containerUse(c kube.Container) string {
	if c.Node.Get("securityContext").Get("privileged").IsTrue() {
		return "is privileged"
	}
	for _, m := range c.Mounts() {
		switch at := m.HostPath; {
		case at == "" || at == "/etc/localtime" || at == "/etc/timezone" || strings.HasPrefix(at, "/dev/shm"):
		case strings.HasSuffix(at, ".sock"):
			return fmt.Sprintf("mounts the socket %s, which only root and its group may connect to", at)
		default:
			return fmt.Sprintf("mounts %s of its node, where most files belong to root", at)
		}
	}
	for _, name := range c.AddedCapabilities() {
		if hostCapabilities[name] {
			return fmt.Sprintf("adds the capability %s, which another user than root does not get", name)
		}
	}
	return ""
}
