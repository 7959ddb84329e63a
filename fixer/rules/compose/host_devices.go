package compose

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed host_devices.md
var hostDevicesDoc string

// HostDevices reports devices of the host whose content or memory is the host's.
var HostDevices = &fixer.Rule{
	Name:     "compose/host-devices",
	Title:    "disk or memory of the host as a device",
	Severity: fixer.High,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.18"},
		{Source: fixer.OWASPDocker, ID: "rule 3"},
		{Source: fixer.ComposeLint, ID: "CL-0016"},
		attackEscape,
	},
	Doc: hostDevicesDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range written(p) {
			if container.FromService(p, v).Privileged.Yes() {
				continue // it has all devices
			}
			for _, s := range v.List("devices") {
				if !inherited(v, s) {
					reportDevice(p, v, s)
				}
			}
			for _, s := range v.List("device_cgroup_rules") {
				rule, _ := compose.Expand(s.Node.Text())
				if inherited(v, s) || !broadRule().MatchString(rule) {
					continue
				}
				report(p, v, own(s), fixer.Finding{
					Fixes:   removeDevice(v, "device_cgroup_rules", s, rule),
					Path:    v.Service.Path.Join("device_cgroup_rules").String() + " " + rule,
					Message: fmt.Sprintf("Service %q may use disks or the memory of its host as devices (%s)", v.Name, rule),
					Advice:  "Name the one kind of device that the service uses, such as c 189:* rwm for USB devices",
				})
			}
		}
	},
}

// broadRule recognises device rules that include disks or memory: all devices, all of a
// type, and the major numbers 1 (memory), 8, 253 and 259 (disks).
var broadRule = text.Regexp(`^\s*(a(\s|$)|[bc]\s+\*:|c\s+1:(\*|[124]\s)|b\s+(8|253|254|259):)`)

// A deviceKind is what a device opens.
type deviceKind struct {
	match    func() *text.Pattern
	holds    string
	severity fixer.Severity
	readable bool // to read it alone is of use
}

var deviceKinds = []deviceKind{
	{text.Regexp(`^/dev/(mem|kmem|port)$`), "the memory of the host", fixer.Critical, false},
	{text.Regexp(`^/dev/?$`), "all devices of the host", fixer.Critical, false},
	{text.Regexp(`^/dev/((sd|hd|vd|xvd)[a-z]+\d*|nvme\d+n\d+(p\d+)?|mmcblk\d+(p\d+)?|dm-\d+|md\d+|mapper/.+|disk/.+)$`), "a disk of the host", fixer.High, true},
	{text.Regexp(`^/dev/kmsg$`), "the kernel log of the host", fixer.Medium, true},
}

func reportDevice(p *fixer.Pass, v compose.View, s compose.Setting) {
	written := s.Node.Text()
	source, target, permissions := deviceParts(s.Node)
	for _, kind := range deviceKinds {
		if !kind.match().MatchString(source) {
			continue
		}
		f := fixer.Finding{
			Path: v.Service.Path.Join("devices").String() + " " + source, Severity: kind.severity,
			Message: fmt.Sprintf("Service %q has %s as a device: %s", v.Name, kind.holds, source),
			Advice:  "Remove the device if the service does not need it",
		}
		readOnly := permissions == "r"
		monitors := container.OfService(p, v).Known.Purpose() == image.PurposeMonitor
		switch {
		case kind.severity == fixer.Medium && (monitors || readOnly):
			return
		case readOnly:
			f.Path += " r"
			f.Severity--
			f.Message = fmt.Sprintf("Service %q can read %s as a device: %s", v.Name, kind.holds, source)
		case kind.readable && s.Own && s.File == v.File && !strings.Contains(written, "$"):
			f.Advice = ""
			fix := readDevice(v, s, source, target)
			if e, ok := reasonFor(v, s); ok {
				fix.Level, f.Evidence = fixer.Manual, []fixer.Evidence{e}
				f.Advice = "Check whether the reason in the comment still holds, and give the device for reading only if not"
			}
			f.Fixes = []fixer.Fix{fix}
		}
		f.Fixes = append(f.Fixes, removeDevice(v, "devices", s, source)...)
		report(p, v, own(s), f)
		return
	}
}

// removeDevice is the choice to do without a device, or a rule that opens some.
func removeDevice(v compose.View, key string, s compose.Setting, what string) []fixer.Fix {
	ops, ok := withoutEntry(v, key, s)
	if !ok {
		return nil
	}
	return []fixer.Fix{{
		ID: "remove", Title: "Remove " + text.VisibleLine(what) + " from " + key, Level: fixer.Manual,
		Breaks: "What the service does with the device",
		Verify: "docker inspect --format '{{json .HostConfig.Devices}} {{json .HostConfig.DeviceCgroupRules}}' \"$(" + v.CLI() + " ps -q " + text.ShellWord(v.Name) + ")\"\ndoes not list " + text.VisibleLine(what),
		Edit:   fixer.EditYAML(v.Doc, ops...),
	}}
}

// deviceParts reads both forms of a device.
func deviceParts(n *yamldoc.Node) (source, target, permissions string) {
	if n.Is(yamldoc.Mapping) {
		source, _ = compose.Expand(n.Get("source").Text())
		return source, n.Get("target").Text(), n.Get("permissions").Text()
	}
	text, _ := compose.Expand(n.Text())
	parts := append(strings.Split(text, ":"), "", "")
	source, target, permissions = parts[0], parts[1], parts[2]
	if target != "" && strings.Trim(target, "rwm") == "" {
		target, permissions = source, target
	}
	if target == "" {
		target = source
	}
	return source, target, permissions
}

func readDevice(v compose.View, s compose.Setting, source, target string) fixer.Fix {
	path := s.Node.Path()
	long := s.Node.Is(yamldoc.Mapping)
	return fixer.Fix{
		ID:     "read-only",
		Title:  "Give the service " + source + " for reading only",
		Level:  fixer.Review,
		Breaks: "Applications that write to the device or change its settings",
		Verify: "docker inspect --format '{{json .HostConfig.Devices}}' \"$(" + v.CLI() + " ps -q " + text.ShellWord(v.Name) + ")\"\nprints \"CgroupPermissions\":\"r\" for the device",
		Edit: func(d *fixer.Draft) error {
			if long {
				d.YAML(v.Doc, yamldoc.Set(path.Join("permissions"), "r"))
				return nil
			}
			d.YAML(v.Doc, yamldoc.Set(path, strings.Join([]string{source, target, "r"}, ":")))
			return nil
		},
	}
}
