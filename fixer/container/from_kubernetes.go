package container

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// FromContainer returns the container that a pod of the pass's file describes. The
// spec is shared by the rules of a check and must not be changed.
func FromContainer(p *fixer.Pass, c kube.Container) *Spec {
	return once(p, c.Node, func() *Spec { return fromContainer(p, c) })
}

func fromContainer(p *fixer.Pass, c kube.Container) *Spec {
	context := c.Node.Get("securityContext")
	line := func(n *yamldoc.Node) string {
		if p.File == nil {
			return "" // a rule about files together: which of them it is the pass does not say
		}
		return p.File.PlaceOf(n)
	}
	choice := func(n *yamldoc.Node, inherited bool) Choice {
		on, set := n.Bool()
		if !set {
			return Choice{}
		}
		return Choice{Set: true, On: on, Inherited: inherited, Place: line(n)}
	}
	s := &Spec{
		Platform: Kubernetes, Image: OfImage(p, c.Image), Kind: fixer.FromManifest, Place: line(c.Node),
		Entrypoint: startWords(c.Node.Get("command")), Command: startWords(c.Node.Get("args")),
		SharedPID:     c.Workload.Pod.Get("shareProcessNamespace").IsTrue() && len(c.Workload.Containers()) > 1,
		HostNetwork:   c.Workload.Pod.Get("hostNetwork").IsTrue(),
		Privileged:    choice(context.Get("privileged"), false),
		ReadOnly:      choice(context.Get("readOnlyRootFilesystem"), false),
		Add:           c.AddedCapabilities(),
		EnvFrom:       c.Node.Get("envFrom").Len() > 0,
		Dir:           c.Node.Get("workingDir").Text(),
		Runs:          podRuns(c, line),
		MemoryRequest: c.Node.Get("resources").Get("requests").Get("memory").Text(),
	}
	if !c.Workload.AllowsPodSecurityContext() {
		s.Platform = Knative
	}
	s.NonRoot = choice(c.Security("runAsNonRoot"))
	if may := choice(context.Get("allowPrivilegeEscalation"), false); may.Set {
		may.On = !may.On
		s.NoNewPrivileges = may
	}
	if b := s.Image.Build; b != nil && b.Certain {
		for _, v := range p.Topology().Users(b.Path) {
			other, ok := p.Topology().ServiceBuild(v)
			if user := v.Setting("user"); ok && other.Stage == b.Stage && !user.Node.Null() {
				s.Siblings = append(s.Siblings, composeUser(user))
			}
		}
	}
	group, _ := c.Security("runAsGroup")
	s.Group = !group.Null()
	s.VolumeGroup = !c.Workload.Pod.Get("securityContext").Get("fsGroup").Null()
	if told, inherited := c.Security("runAsUser"); told != nil {
		if uid, ok := told.Int(); ok {
			who := "the container"
			if inherited {
				who = "the pod"
			}
			s.User = User{Set: true, Certain: true, Identity: image.Identity{UID: int(uid), KnownUID: true, Numeric: true},
				Evidence: fixer.Evidence{Kind: fixer.FromManifest, Place: line(told), Text: fmt.Sprintf("%s sets runAsUser: %d", who, uid)}}
		}
	}
	s.Env = sharedVariables(p, c)
	for _, v := range c.Node.Get("env").List() {
		value := v.Get("value")
		s.Env = slices.DeleteFunc(s.Env, func(other Variable) bool { return other.Name == v.Get("name").Text() })
		one := Variable{
			Name: v.Get("name").Text(), Value: value.Text(), Place: line(v),
			Known: v.Get("valueFrom") == nil && !strings.Contains(value.Text(), "$("),
		}
		if shared, ok := sharedVariable(p, c, v.Get("valueFrom").Get("configMapKeyRef")); ok {
			one.Value, one.Known, one.Place = shared.Value, shared.Known, shared.Place
		}
		s.Env = append(s.Env, one)
	}
	for _, m := range c.Mounts() {
		s.Mounts = append(s.Mounts, Mount{Target: m.Path, Kind: volumeKind(m.Kind), Host: m.HostPath, ReadOnly: m.ReadOnly, Private: m.Private})
	}
	s.readConfiguration(p, c)
	s.Accelerator = accelerator(c, line)
	for _, port := range c.Node.Get("ports").List() {
		if n, ok := port.Get("containerPort").Int(); ok {
			s.Ports = append(s.Ports, int(n))
		}
	}
	return s
}

// accelerators are words in the names of resources that device plugins offer.
var accelerators = text.WordSet("gpu tpu npu hpu xpu neuron neuroncore neurondevice gaudi accelerator mig")

// accelerator returns what shows that a container asks for a GPU or the like.
func accelerator(c kube.Container, line func(*yamldoc.Node) string) fixer.Evidence {
	for _, key := range []string{"limits", "requests"} {
		for name, amount := range c.Node.Get("resources").Get(key).All() {
			of, plain, extended := strings.Cut(name, "/")
			if !extended || strings.HasSuffix(of, "kubernetes.io") || amount.Text() == "0" {
				continue
			}
			words := strings.FieldsFunc(plain, func(r rune) bool { return r == '-' || r == '.' || r == '_' })
			if slices.ContainsFunc(words, func(w string) bool { return accelerators[w] }) {
				return fixer.Evidence{Kind: fixer.FromManifest, Place: line(amount), Text: "The container asks for " + name}
			}
		}
	}
	return fixer.Evidence{}
}

// startWords returns the words of a command, nil where there is none.
func startWords(n *yamldoc.Node) []string {
	if n.Null() {
		return nil
	}
	return append([]string{}, n.Texts()...)
}

// volumeKind sorts the sources of volumes. Of storage that outlives the pod
// fsGroup decides the owner; of the others the kubelet, the node or the driver
// does, or they are empty.
func volumeKind(source string) MountKind {
	switch source {
	case "configMap", "secret", "projected", "downwardAPI", "image":
		return MountFiles
	case "hostPath":
		return MountHost
	case "emptyDir":
		return MountScratch
	case "", "nfs":
		return MountOther
	}
	return MountVolume
}
