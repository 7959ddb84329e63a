package dockerfile

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
)

// productFix runs a server whose first process stays root, such as nginx, as the
// account that its workers have, and gives that the directories of which the image
// table knows that it writes to them. why says what stands against it: then the
// configuration decides, and that is not read.
func (s *imageCheck) productFix(e *image.Entry, id image.Identity) (fix fixer.Fix, why string) {
	if why, yes := s.notHere(); yes {
		return fix, why
	}
	base, ok := build.BaseOf(s.pass, s.stage)
	switch {
	case !ok || !shellKnown(base) || !s.runsAsRootHere() || !s.bourne(nil):
		return fix, "the shell and user of the base image are unknown"
	case s.stage.Entrypoint().At != nil:
		return fix, fmt.Sprintf("ENTRYPOINT on line %d replaces the start script", s.stage.Entrypoint().At.Line)
	}
	if c := s.stage.Cmd(); c.At != nil {
		for _, run := range build.Of(s.pass.File).Step(c.At).Commands {
			if p := run.Program; p != e.ID && p != e.ID+"-foreground" && !run.HandsRead {
				return fix, fmt.Sprintf("CMD on line %d also runs %s", c.At.Line, cmp.Or(p, "a command from a variable"))
			}
		}
	}
	if !s.bringsFiles() && len(servicesOf(s.pass, s.stage)) == 0 {
		return fix, "the content that the server serves is unknown: the image may be a base for other images"
	}
	for _, c := range e.NonRoot.Conditions {
		if low := c.Not != nil && c.Not.LowPort; !low && !c.GivesRoom() {
			return fix, "the server runs without root only if " + c.Says
		}
	}
	config, why := s.configured(e)
	if why != "" {
		return fix, why
	}
	for _, w := range e.Writable {
		if w.Path != "" && w.Mode != "1777" && !build.Within(w.Path, "/tmp") && s.answers(w.When) {
			s.product = append(s.product, writable{path: w.Path, flat: true})
		}
	}
	acc := account{uid: id.UID, gid: id.GID, group: id.KnownGID, name: id.Name,
		evidence: fixer.Evidence{Kind: fixer.FromTable, Text: fmt.Sprintf("%s serves requests as this user, and writes to %s", e.ID, strings.Join(s.product.paths(), ", "))}}
	if config {
		logs := "/var/log/" + e.ID
		s.product = append(s.product, writable{path: logs, create: true, flat: true})
		acc.breaks = "The server fails if the copied configuration, which oakum does not read, writes files outside " + strings.Join(s.product.paths(), ", ") + " and /tmp"
	}
	return s.fix(acc), ""
}

// configured reports whether the file brings configuration of the server, and
// why that may ask for more than the table knows.
func (s *imageCheck) configured(e *image.Entry) (config bool, why string) {
	main := e.ID + ".conf"
	for _, stage := range s.stage.Chain() {
		for _, i := range stage.Instructions {
			n := len(i.Words)
			switch {
			case i.Keyword == "RUN" && strings.Contains(build.CommandText(s.file, i), main):
				return true, fmt.Sprintf("RUN on line %d changes %s, which decides where the server writes", i.Line, main)
			case i.Keyword == "EXPOSE" && slices.ContainsFunc(i.Words, func(w dockerfile.Word) bool { return strings.HasPrefix(w.Value, "443") }):
				return true, fmt.Sprintf("EXPOSE on line %d suggests TLS, and the permissions of the key are unknown", i.Line)
			case i.Keyword != "COPY" && i.Keyword != "ADD" || n < 2:
				continue
			}
			to := i.Words[n-1].Value
			for _, w := range i.Words[:n-1] {
				at := to
				if strings.HasSuffix(to, "/") || path.Ext(to) == "" && path.Ext(w.Value) != "" {
					at = path.Join(to, path.Base(w.Value))
				}
				switch dir := path.Base(path.Dir(at)); {
				case path.Base(at) == main && dir != "conf.d", path.Clean(to) == "/etc/"+e.ID:
					return true, fmt.Sprintf("%s on line %d replaces %s, which decides where the server writes", i.Keyword, i.Line, main)
				case container.PrivateFile(w.Value), container.PrivateFile(to):
					return true, fmt.Sprintf("%s on line %d copies keys, whose permissions are unknown", i.Keyword, i.Line)
				case strings.HasPrefix(at, "/etc/") || strings.HasSuffix(at, ".conf"):
					config = true
				}
			}
		}
	}
	for _, v := range servicesOf(s.pass, s.stage) {
		for _, m := range v.Mounts() {
			switch {
			case path.Base(m.Target) == main && path.Base(path.Dir(m.Target)) != "conf.d", build.Within("/etc/"+e.ID, m.Target), container.PrivateFile(m.Target):
				return true, fmt.Sprintf("service %s in %s mounts %s, which decides what the server needs", v.Name, v.File, m.Target)
			case build.Within(m.Target, "/etc"):
				config = true
			}
		}
	}
	return config, ""
}

// bringsFiles reports whether the stage copies anything that the server may
// serve.
func (s *imageCheck) bringsFiles() bool {
	return slices.ContainsFunc(s.stage.Chain(), func(stage *dockerfile.Stage) bool {
		return slices.ContainsFunc(stage.Instructions, func(i *dockerfile.Instruction) bool { return i.Keyword == "COPY" || i.Keyword == "ADD" })
	})
}

// answers tells whether a condition of the image table holds for what the file
// and the Compose services of the image say; what none of them tells does not.
func (s *imageCheck) answers(c *image.Condition) bool {
	switch {
	case c == nil:
		return true
	case c.Unknown != "":
		return false
	case slices.ContainsFunc(c.Any, s.answers):
		return true
	}
	for _, at := range c.Mount {
		if slices.ContainsFunc(s.stage.Instructions, func(i *dockerfile.Instruction) bool { return s.fills(i, at) }) {
			return true
		}
		for _, v := range servicesOf(s.pass, s.stage) {
			for _, m := range v.Mounts() {
				if build.Within(at, m.Target) || build.Within(m.Target, at) {
					return true
				}
			}
		}
	}
	for _, name := range c.Env {
		name, _, _ = strings.Cut(name, "=")
		if _, set := s.stage.LookupEnv(name); set {
			return true
		}
		for _, v := range servicesOf(s.pass, s.stage) {
			if !v.Setting("environment").Node.Get(name).Null() {
				return true
			}
		}
	}
	return false
}
