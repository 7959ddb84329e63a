package compose

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed host_namespaces.md
var hostNamespacesDoc string

// HostNamespaces reports services that share a namespace of their host, or processes and
// shared memory of another container.
var HostNamespaces = &fixer.Rule{
	Name:     "compose/host-namespaces",
	Title:    "shared host namespace",
	Severity: fixer.High,
	Kind:     fixer.Compose,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.10"},
		{Source: fixer.CISDocker, ID: "5.16"},
		{Source: fixer.CISDocker, ID: "5.17"},
		{Source: fixer.CISDocker, ID: "5.21"},
		{Source: fixer.CISDocker, ID: "5.25"},
		{Source: fixer.CISDocker, ID: "5.31"},
		{Source: fixer.OWASPDocker, ID: "rule 5"},
		{Source: fixer.KICSCompose, ID: "071a71ff-f868-47a4-ac0b-3c59e4ab5443", Title: "Shared Host Network Namespace"},
		{Source: fixer.KICSCompose, ID: "4f31dd9f-2cc3-4751-9b53-67e4af83dac0", Title: "Host Namespace is Shared"},
		{Source: fixer.KICSCompose, ID: "baa3890f-bed7-46f5-ab8f-1da8fc91c729", Title: "Shared Host IPC Namespace"},
		{Source: fixer.KICSCompose, ID: "8af7162d-6c98-482f-868e-0d33fb675ca8", Title: "Shared Host User Namespace"},
		{Source: fixer.KICSCompose, ID: "4d9f44c6-2f4a-4317-9bb5-267adbea0232", Title: "Cgroup Not Default"},
		{Source: fixer.ComposeLint, ID: "CL-0008"},
		{Source: fixer.ComposeLint, ID: "CL-0010"},
		attackDiscovery,
		attackEscape,
	},
	Params: []fixer.Param{paramSharedMemory},
	Doc:    hostNamespacesDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range written(p) {
			for _, ns := range namespaces {
				reportNamespace(p, v, ns)
			}
			if s := v.Setting("cgroup_parent"); s.Node != nil && !inherited(v, s) {
				report(p, v, own(s), fixer.Finding{
					Path: v.Service.Path.Join("cgroup_parent").String(), Severity: fixer.Low,
					Message: fmt.Sprintf("Service %q runs in the cgroup %s of its host, whose limits replace those of Docker", v.Name, v.Text("cgroup_parent")),
					Advice:  "Remove cgroup_parent, and set limits for the service itself, unless the cgroup is managed for this purpose",
				})
			}
		}
	},
}

var paramSharedMemory = fixer.Param{
	Name: "shm-size", Meaning: "size of /dev/shm, with its unit (64mb, 2gb)", Default: "1gb", Assumed: true, Validate: func(s string) error {
		if !sizeForm().MatchString(s) {
			return errors.New("use a number with a unit, such as 512mb or 2gb")
		}
		return nil
	},
}

var sizeForm = text.Regexp(`^\d+(b|k|kb|m|mb|g|gb)$`)

// A namespace is a kind of namespace, by the key that shares it.
type namespace struct {
	key, shares string
	severity    fixer.Severity
	breaks      string
	needs       []string // capabilities that show that it is used
}

var namespaces = []namespace{
	{"pid", "PID", fixer.High, "Applications that inspect or signal processes of the host", []string{"SYS_PTRACE", "KILL", "SYS_ADMIN"}},
	{"ipc", "IPC", fixer.High, "Applications that use shared memory with processes of the host, or need more of it than shm_size", []string{"IPC_OWNER"}},
	{"network_mode", "network", fixer.High, "Connections to services on localhost of the host, discovery by broadcast or multicast, and ports that are not published", []string{"NET_ADMIN", "NET_RAW", "NET_BROADCAST"}},
	{"userns_mode", "user", fixer.Medium, "Applications that work on files of the host, where the Docker daemon maps users (userns-remap)", []string{"SYS_ADMIN"}},
	{"uts", "UTS", fixer.Low, "Applications that read or set the hostname of the host", []string{"SYS_ADMIN"}},
	{"cgroup", "cgroup", fixer.Medium, "Applications that manage cgroups, such as systemd, or measure other containers", []string{"SYS_ADMIN"}},
}

func reportNamespace(p *fixer.Pass, v compose.View, ns namespace) {
	s := v.Setting(ns.key)
	value := v.Text(ns.key)
	if s.Node == nil || inherited(v, s) {
		return
	}
	f := fixer.Finding{Path: v.Service.Path.Join(ns.key).String(), Severity: ns.severity}
	if kind, other, joins := strings.Cut(value, ":"); joins && (kind == "service" || kind == "container") && (ns.key == "pid" || ns.key == "ipc") {
		f.Severity = fixer.Low
		f.Message = fmt.Sprintf("Service %q shares the %s namespace of %s %q", v.Name, ns.shares, kind, other)
		f.Advice = "Remove " + ns.key + " if the service does not inspect the other container: it can read the environment and the memory there"
		report(p, v, own(s), f)
		return
	}
	if value != "host" {
		return
	}
	f.Message = fmt.Sprintf("Service %q shares the %s namespace of its host (%s: host)", v.Name, ns.shares, ns.key)
	why, agent := sharesOnPurpose(p, v, s, ns)
	var ports published
	if ns.key == "network_mode" {
		ports = portsToPublish(p, v)
	}
	switch {
	case s.Variable() != "":
		f.Advice = fmt.Sprintf("Set variable %s to another value wherever the file is used, or change its default at %s", s.Variable(), placeOf(s))
	case !s.Own || s.File != v.File:
		f.Advice = "Remove " + ns.key + " at " + placeOf(s) + ", where it is set for this service"
	case needsIt(v, ns.key) != "":
		f.Advice = "Set " + ns.key + " in the other service, then remove it here. " + text.Capital(needsIt(v, ns.key))
	case ns.key == "network_mode" && ports.setBy.Text != "":
		f.Evidence = []fixer.Evidence{ports.setBy}
		if agent {
			f.Evidence = append(f.Evidence, why)
		}
		f.Advice = "Remove network_mode, and name the ports that the service listens on under ports. They may differ from those of its image"
	case ns.key == "network_mode" && !ports.known:
		f.Advice = "Remove network_mode, and publish the ports of the service under ports. No file here says which ports it listens on"
	default:
		level := fixer.Review
		if agent {
			level = fixer.Manual
			f.Evidence = []fixer.Evidence{why}
			f.Advice = "Check whether the service needs " + ns.key + ", and remove it if not"
		}
		f.Fixes = []fixer.Fix{leaveNamespace(v, ns, level, ports.entries)}
	}
	report(p, v, own(s), f)
}

// sharesOnPurpose says what shows that a service needs the namespace of its host.
func sharesOnPurpose(p *fixer.Pass, v compose.View, s compose.Setting, ns namespace) (fixer.Evidence, bool) {
	if e, ok := reasonFor(v, s); ok {
		return e, true
	}
	if why := worksOnHost(v, ns.key); why != "" {
		return fixer.Evidence{Kind: fixer.FromCompose, Place: placeOf(s), Text: "The service uses the host: " + why}, true
	}
	spec := container.FromService(p, v)
	switch {
	case spec.Privileged.Yes():
		return fixer.Evidence{Kind: fixer.FromCompose, Place: spec.Privileged.Place, Text: "The service is privileged"}, true
	case spec.Image.Known.Purpose() == image.PurposeMonitor:
		return fixer.Evidence{Kind: fixer.FromTable, Text: spec.Image.Name + " is a monitoring tool, which may measure the host"}, true
	}
	for _, name := range spec.Add {
		for _, need := range ns.needs {
			if name == need {
				return fixer.Evidence{Kind: fixer.FromCompose, Place: placeOf(s), Text: "The service adds the capability " + name}, true
			}
		}
	}
	if ns.key == "ipc" && usesGPU(v) {
		return fixer.Evidence{Kind: fixer.FromCompose, Place: placeOf(s), Text: "The service uses GPUs, whose libraries share much memory. Set shm_size before the change"}, true
	}
	if ns.key == "network_mode" {
		return connectsToHost(v)
	}
	if ns.key != "ipc" && spec.Image.Strange() { // that is set for shared memory, which the fix gives
		return fixer.Evidence{Kind: fixer.FromCompose, Place: placeOf(s), Text: "oakum does not know the image " + spec.Image.Name + ", so whether the service works without the setting is unknown"}, true
	}
	return fixer.Evidence{}, false
}

func usesGPU(v compose.View) bool {
	return v.Setting("gpus").Node != nil || v.Text("runtime") == "nvidia" || strings.Contains(string(bytesOf(v, v.Field("deploy", "resources"))), "gpu")
}

// bytesOf returns the text of a setting, nil without one.
func bytesOf(v compose.View, s compose.Setting) []byte {
	doc := docOf(v, s)
	if s.Node == nil || doc == nil {
		return nil
	}
	return doc.File.Source[s.Node.Start:s.Node.End]
}

// connectsToHost finds where a service names its own loopback address as that of another
// one, which is the host's as long as they share a network.
func connectsToHost(v compose.View) (fixer.Evidence, bool) {
	for _, pair := range v.Pairs("environment") {
		if loopback().MatchString(pair.Value) {
			return fixer.Evidence{Kind: fixer.FromCompose, Place: fmt.Sprintf("%s:%d", pair.File, pair.Node.Line), Text: pair.Name + " holds an address on the loopback interface of the host"}, true
		}
	}
	for _, key := range []string{"command", "entrypoint"} {
		s := v.Setting(key)
		for _, word := range append(s.Node.Texts(), s.Node.Text()) {
			if loopback().MatchString(word) {
				return fixer.Evidence{Kind: fixer.FromCompose, Place: placeOf(s), Text: "The " + key + " holds an address on the loopback interface of the host"}, true
			}
		}
	}
	return fixer.Evidence{}, false
}

var loopback = text.Regexp(`(?i)(^|[^a-z0-9.])(localhost|127\.0\.0\.1|\[?::1\]?|host\.docker\.internal)([^a-z0-9.]|$)`)

func leaveNamespace(v compose.View, ns namespace, level fixer.Level, ports []string) fixer.Fix {
	inspect := map[string]string{"pid": "PidMode", "ipc": "IpcMode", "network_mode": "NetworkMode", "userns_mode": "UsernsMode", "uts": "UTSMode", "cgroup": "CgroupnsMode"}[ns.key]
	fix := fixer.Fix{
		ID:     "remove",
		Title:  "Remove " + ns.key,
		Level:  level,
		Breaks: ns.breaks,
		Verify: `docker inspect --format '{{.HostConfig.` + inspect + `}}' "$(` + v.CLI() + ` ps -q ` + text.ShellWord(v.Name) + `)"` + "\ndoes not print host, and the service works as before",
	}
	if len(ports) > 0 {
		fix.Title += " and publish " + strings.Join(ports, ", ")
	}
	size := ns.key == "ipc" && v.Setting("shm_size").Node == nil
	if size {
		fix.Params = []fixer.Param{paramSharedMemory}
		fix.Title += " and set shm_size to " + paramSharedMemory.Default
	}
	fix.Edit = func(d *fixer.Draft) error {
		if size {
			d.YAML(v.Doc, yamldoc.Set(v.Path.Join("shm_size"), d.Param("shm-size")))
		}
		d.YAML(v.Doc, yamldoc.Remove(v.Path.Join(ns.key)))
		return add(d, v, "ports", ports...)
	}
	return fix
}
