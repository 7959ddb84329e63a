package container

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/mattn/go-shellwords"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/image"
)

// FromService returns the container that a Compose service describes, with what
// merge keys, extends and override files give it. The spec is shared by the rules
// of a check and must not be changed.
func FromService(p *fixer.Pass, v compose.View) *Spec {
	return once(p, serviceKey{v.Service, v.Variant}, func() *Spec { return fromService(p, v) })
}

// A serviceKey tells the views of services apart.
type serviceKey struct {
	service *compose.Service
	variant string
}

func fromService(p *fixer.Pass, v compose.View) *Spec {
	s := &Spec{
		Platform: Compose, Image: OfService(p, v), Kind: fixer.FromCompose, Place: place(v.File, v.Key.Line),
		Entrypoint: startOf(v, "entrypoint"), Command: startOf(v, "command"),
		HostNetwork: sharesHostNetwork(p, v),
		Privileged:  choice(v.Setting("privileged")),
		ReadOnly:    choice(v.Setting("read_only")),
		Init:        choice(v.Setting("init")).Yes(),
		EnvFrom:     !v.Setting("env_file").Node.Null(),
		Env:         composeEnv(v),
	}
	s.Dir, _ = compose.Expand(v.Setting("working_dir").Node.Text())
	s.MemoryRequest = reservedMemory(v)
	s.Runs = serviceRuns(v)
	for _, key := range []string{"entrypoint", "command"} {
		if start := v.Setting(key); start.Node != nil {
			s.StartPlace = settingPlace(start)
		}
	}
	if user := v.Setting("user"); !user.Node.Null() {
		s.User = composeUser(user)
	}
	for _, m := range v.Mounts() {
		s.Mounts = append(s.Mounts, Mount{Target: m.Target, Kind: mountKind(m), Host: hostPath(m), ReadOnly: m.ReadOnly, Open: m.Tmpfs && isOpen(m)})
	}
	s.Runs = append(s.Runs, s.mountedScripts(p, v)...)
	s.copies(v)
	s.readConfigured(p, v)
	for _, port := range append(v.Ports(), v.Exposed()...) {
		if first, _, ok := port.Range(); ok {
			s.Ports = append(s.Ports, first)
		}
	}
	for _, c := range v.List("cap_add") {
		name, _ := compose.Expand(c.Node.Text())
		s.Add = append(s.Add, strings.TrimPrefix(strings.ToUpper(name), "CAP_"))
	}
	for _, option := range v.List("security_opt") {
		switch on, said := NoNewPrivilegesOption(option.Node.Text()); {
		case said && (on || !s.NoNewPrivileges.On):
			s.NoNewPrivileges = Choice{Set: true, On: on, Inherited: !option.Own, Place: settingPlace(option)}
		}
	}
	return s
}

// maxJoined bounds how far containers are followed that join each other's network.
const maxJoined = 8

// sharesHostNetwork reports whether a service has the network of its host: by
// itself, or by joining a service that has it. What other containers have nobody
// here knows, so that it is taken to be so.
func sharesHostNetwork(p *fixer.Pass, v compose.View) bool {
	mode := v.Text("network_mode")
	for range maxJoined {
		name, joins := strings.CutPrefix(mode, "service:")
		if !joins {
			break
		}
		mode = ""
		for _, other := range p.Topology().Compose().Views(v.File) {
			if other.Name == name {
				mode = other.Text("network_mode")
			}
		}
	}
	return mode == "host" || strings.HasPrefix(mode, "container:")
}

// NoNewPrivilegesOption reads an entry of security_opt in the spellings that
// Docker takes. said is false for other options.
func NoNewPrivilegesOption(text string) (on, said bool) {
	option, _ := compose.Expand(text)
	name, value, given := strings.Cut(strings.Replace(option, "=", ":", 1), ":")
	switch {
	case !strings.EqualFold(name, "no-new-privileges"):
		return false, false
	case !given:
		return name == "no-new-privileges", true
	}
	return strings.EqualFold(value, "true"), strings.EqualFold(value, "true") || strings.EqualFold(value, "false")
}

func settingPlace(s compose.Setting) string { return place(s.File, s.Node.Line) }

func choice(s compose.Setting) Choice {
	on, known := s.Bool()
	variable := s.Variable()
	if !known && variable == "" {
		return Choice{}
	}
	return Choice{Set: true, On: on, Inherited: !s.Own, Place: settingPlace(s), Variable: variable}
}

// startOf returns what a service starts, nil when it leaves that to the image.
func startOf(v compose.View, key string) []string {
	node := v.Setting(key).Node
	switch {
	case node.Null():
		return nil
	case node.Text() != "":
		return splitWords(node.Text())
	}
	return unescaped(node.Texts())
}

// splitWords splits a command as Compose does, which gives it to no shell. $$ is
// Compose's way to write a dollar.
func splitWords(text string) []string {
	text = strings.ReplaceAll(text, "$$", "$")
	words, err := shellwords.Parse(text)
	if err != nil {
		return []string{text}
	}
	return words
}

// composeUser reads user: UID, UID:GID, or names. A number that a variable may
// change is no number.
func composeUser(s compose.Setting) User {
	text, certain := compose.Expand(s.Node.Text())
	user, group, _ := strings.Cut(text, ":")
	id := image.Identity{Name: user}
	if uid, err := strconv.Atoi(user); err == nil && certain {
		id = image.Identity{UID: uid, KnownUID: true, Numeric: true}
	}
	if gid, err := strconv.Atoi(group); err == nil && certain {
		id.GID, id.KnownGID = gid, true
	}
	if user == "root" {
		id.KnownUID = true
	}
	return User{Set: true, Identity: id, Certain: certain, Evidence: fixer.Evidence{Kind: fixer.FromCompose, Place: settingPlace(s), Text: "user: " + text}}
}

func mountKind(m compose.Mount) MountKind {
	switch {
	case m.Tmpfs:
		return MountScratch
	case hostPath(m) != "":
		return MountHost
	}
	return MountVolume
}

// isOpen reports whether the options of a tmpfs name whom it belongs to, or open it
// to everybody.
func isOpen(m compose.Mount) bool {
	if mode := m.Node.Get("tmpfs").Get("mode").Text(); mode != "" {
		return strings.HasSuffix(mode, "777")
	}
	text, _ := compose.Expand(m.Node.Text())
	_, options, _ := strings.Cut(text, ":")
	return slices.ContainsFunc(strings.Split(options, ","), func(o string) bool {
		return strings.HasPrefix(o, "uid=") || strings.HasPrefix(o, "mode=") && strings.HasSuffix(o, "777")
	})
}

// hostPath returns the path on the host that is mounted, "" for a volume.
func hostPath(m compose.Mount) string {
	if path.IsAbs(m.Source) || strings.HasPrefix(m.Source, ".") || strings.HasPrefix(m.Source, "~") {
		return m.Source
	}
	return ""
}

// composeEnv returns the variables that a service sets, in either form and in
// all places that it is made of. One without a value takes it from whoever runs
// Compose.
func composeEnv(v compose.View) []Variable {
	var out []Variable
	for _, pair := range v.Pairs("environment") {
		text, certain := compose.Expand(pair.Value)
		out = append(out, Variable{Name: pair.Name, Value: text, Known: pair.Given && certain, Place: place(pair.File, pair.Node.Line)})
	}
	return out
}
