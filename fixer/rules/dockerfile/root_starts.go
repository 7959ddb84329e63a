package dockerfile

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/topology"
)

// rootPackages are installed to do what only root may.
var rootPackages = text.WordSet("iptables nftables ipset nfs-utils nfs-kernel-server keepalived openvpn wireguard-tools")

// installsForRoot says which step installs a tool that only root can use, or "".
func (s *imageCheck) installsForRoot() string {
	for _, st := range build.Of(s.pass.File).Steps("RUN") {
		if !build.InChain(s.stage, st.Stage) {
			continue
		}
		gone := st.RemovedPackages()
		for _, c := range st.Commands {
			if c.Package == nil || !c.Package.Installs() {
				continue
			}
			for _, name := range c.Package.Packages {
				if name = build.PackageName(name); rootPackages[name] && !gone[name] {
					return fmt.Sprintf("Remove %[2]s if the application does not need it, then add USER with a uid. Line %[1]d installs %[2]s, which uses kernel features and needs root", c.Line, name)
				}
			}
		}
	}
	return ""
}

// runsNothing reports whether neither the file nor a Compose service here says
// what a container does, on a base whose own command is a shell or an interpreter.
func (s *imageCheck) runsNothing() bool {
	if s.stage.Entrypoint().At != nil || s.stage.Cmd().At != nil || len(servicesOf(s.pass, s.stage)) > 0 {
		return false
	}
	e := s.profile.Entry
	return e == nil || e.NonRoot.Support == image.SupportApp && !serving[e.ID]
}

// serving are images of the table to be built upon that run a server already.
var serving = text.WordSet("php-apache php-fpm tomcat")

// A startRoom is what the program needs to write, where it is started, to start at
// all, and what says so.
type startRoom struct {
	dir   string // absolute; "" where it is not known
	start build.Start
	where string // "CMD on line 5"
}

// writesAtStart says which command writes, as soon as it starts, into a directory
// that would stay root's and cannot be given away here, or "". Where it can be,
// room says what to give.
func (s *imageCheck) writesAtStart() (room *startRoom, why string) {
	dir := s.stage.Workdir()
	done := s.settledByCommand()
	if webapps := "/usr/local/tomcat/webapps"; s.profile.Entry != nil && s.profile.Entry.ID == "tomcat" && !done.hold(webapps) {
		for _, i := range s.stage.Instructions {
			if n := len(i.Words); n > 1 && s.fills(i, webapps) && (strings.HasSuffix(i.Words[n-2].Value, ".war") || strings.HasSuffix(i.Words[n-1].Value, ".war")) {
				return nil, fmt.Sprintf("Make the user the owner of %s (RUN chown, without -R), then add USER: Tomcat unpacks the archive that line %d copies there", webapps, i.Line)
			}
		}
	}
	started := s.starts()
	if where, what := s.startsManager(); what != "" && s.corepack() {
		return nil, fmt.Sprintf("Set COREPACK_HOME to a separate directory before corepack runs, then add USER. %s runs %s through Corepack, which stores downloads in /root", where, what)
	}
	if dir.Text != "" && done.hold(dir.Text) {
		return nil, ""
	}
	started = slices.DeleteFunc(started, func(r startRoom) bool { return r.dir != "" && done.hold(r.dir) })
	for _, r := range started {
		if r.start.Kind == build.StartsBuild {
			room := "set WORKDIR to a separate directory that the user owns"
			if r.dir != "" && givable(r.dir) {
				room = "make the user the owner of " + r.dir + " (RUN chown)"
			}
			return nil, fmt.Sprintf("Run the build in a RUN step, or %s, then add USER. %s runs %s, and a build writes to its working directory", room, r.where, r.start.What)
		}
	}
	for _, r := range started {
		if r.start.Kind == build.StartsScript && s.forProduction() {
			continue // said in what may break
		}
		if room, can := s.cacheRoom(r); r.start.Kind == build.StartsCaching {
			if can {
				return room, ""
			}
			continue // it works without
		}
		what := "which writes caches and output to its working directory"
		if r.start.Kind == build.StartsScript {
			what = "a script of package.json that may be a development server and write to its working directory"
		}
		say := func(format string, args ...any) string {
			return fmt.Sprintf(format, args...) + fmt.Sprintf(". %s runs %s, %s", r.where, r.start.What, what)
		}
		base, known := build.BaseOf(s.pass, s.stage)
		switch mount := s.boundOver(cmp.Or(r.dir, dir.Text)); {
		case mount != "":
			return nil, say("Run the service as the owner of the mounted directory (user: in Compose), or add USER with that uid: %s", mount)
		case r.dir == "" || !givable(r.dir) || !plainPath().MatchString(r.dir):
			return nil, say("Set WORKDIR to a separate directory, make the user its owner, then add USER")
		case !known || !shellKnown(base) || !s.runsAsRootHere() || !s.bourne(nil):
			return nil, say("Make the user the owner of the working directory (COPY --chown or RUN chown), then add USER")
		}
		return &r, ""
	}
	return nil, ""
}

// cacheRoom is the room of a server that keeps caches where it is started, and whether it can
// be given.
func (s *imageCheck) cacheRoom(r startRoom) (room *startRoom, can bool) {
	base, known := build.BaseOf(s.pass, s.stage)
	given := s.settledFolders()
	return &r, !slices.ContainsFunc(r.start.Room, func(name string) bool { return given.hold(path.Join(r.dir, name)) }) && r.dir != "" && givable(r.dir) && plainPath().MatchString(r.dir) && s.boundOver(r.dir) == "" &&
		known && shellKnown(base) && s.runsAsRootHere() && s.bourne(nil)
}

// build is the stage as what Compose files and manifests run.
func (s *imageCheck) build() topology.Build {
	return topology.Build{Path: s.pass.File.Path, File: s.file, Stage: s.stage, Certain: true}
}

// starts are the programs that containers of the stage start with, as the file, Compose
// services here and scripts of the repository say, which write where they are started.
func (s *imageCheck) starts() []startRoom {
	dir := s.stage.Workdir()
	if !dir.Known {
		dir.Text = ""
	}
	var out []startRoom
	for _, line := range s.startLines() {
		for _, words := range build.Started(line.CommandLine) {
			start := build.ReadStart(words)
			if run, read := container.ProjectScript(s.pass, s.build(), words); read && start.Kind == build.StartsScript {
				for _, c := range run.Commands {
					if inner := build.ReadStart(c.Call()); inner.Kind != build.StartsPlainly {
						inner.What = start.What + " (" + inner.What + ")"
						out = append(out, startRoom{dir: dir.Text, start: inner, where: line.where})
					}
				}
				continue
			}
			if start.Kind != build.StartsPlainly {
				out = append(out, startRoom{dir: dir.Text, start: start, where: line.where})
			}
		}
	}
	for _, r := range s.scripts() {
		at := dir.Text
		for _, c := range r.Commands {
			if to := c.Plain(); c.Program == "cd" && len(to) == 1 {
				at = s.startPath(at, to[0])
			}
			if start := build.ReadStart(c.Call()); start.Kind != build.StartsPlainly && !r.Perhaps(c) {
				out = append(out, startRoom{dir: at, start: start, where: "The script " + r.Place})
			}
		}
	}
	return out
}

// boundOver says, in words, which service mounts a directory of the host over
// the one that the program works in, or "".
func (s *imageCheck) boundOver(dir string) string {
	for _, v := range servicesOf(s.pass, s.stage) {
		for _, m := range v.Mounts() {
			if m.Tmpfs || m.Source == "" || !strings.ContainsAny(m.Source[:1], "./~$") || !build.Within(dir, m.Target) {
				continue
			}
			return fmt.Sprintf("service %s in %s mounts %s there", v.Name, v.File, m.Source)
		}
	}
	return ""
}

// startsManager returns the call of a package manager that Corepack provides, with which a
// container starts, and where it is; "" for none.
func (s *imageCheck) startsManager() (where, what string) {
	call := func(words []string) string {
		if start := build.ReadStart(words); start.Kind != build.StartsPlainly && (strings.HasPrefix(start.What, "yarn") || strings.HasPrefix(start.What, "pnpm")) {
			return start.What
		}
		return ""
	}
	for _, line := range s.startLines() {
		for _, words := range build.Started(line.CommandLine) {
			if what := call(words); what != "" {
				return line.where, what
			}
		}
	}
	for _, r := range s.scripts() {
		for _, c := range r.Commands {
			if what := call(c.Call()); what != "" && !r.Perhaps(c) {
				return "The script " + r.Place, what
			}
		}
	}
	return "", ""
}

// corepack reports whether Corepack brings the package manager, into the home of
// root.
func (s *imageCheck) corepack() bool {
	if _, set := s.stage.LookupEnv("COREPACK_HOME"); set {
		return false
	}
	for _, st := range build.Of(s.pass.File).Steps("RUN") {
		if build.InChain(s.stage, st.Stage) && slices.ContainsFunc(st.Commands, func(c build.Command) bool { return c.Program == "corepack" }) {
			return true
		}
	}
	return false
}

// forProduction reports whether the stage shows that what it starts is not for
// development: it installs without what is for that, says so by NODE_ENV, or only
// takes what another stage has made.
func (s *imageCheck) forProduction() bool {
	if v, set := s.stage.LookupEnv("NODE_ENV"); set && v.Text == "production" {
		return true
	}
	installs, less, copies := false, false, false
	for _, st := range build.Of(s.pass.File).Steps("RUN") {
		if !build.InChain(s.stage, st.Stage) {
			continue
		}
		for _, c := range st.Commands {
			if c.Install == nil || c.Install.Language != "JavaScript" || c.Install.Global {
				continue
			}
			installs = true
			less = less || c.Has("--omit=dev", "--production", "--prod", "-P", "--only=production", "--only=prod", "--omit") || c.Sets("NODE_ENV")
		}
	}
	for _, i := range s.stage.Instructions {
		_, from := i.Flag("from")
		copies = copies || from && i.Keyword == "COPY"
	}
	return less || copies && !installs
}

// add gives the user what the program needs to start.
func (r *startRoom) add(s *imageCheck, given writables) writables {
	if r == nil {
		return given
	}
	room, flat := r.start.Room, r.start.Flat
	if len(room) == 0 && (s.buildsHere() || s.sendsGenerated(r.start.Kind == build.StartsDevelopment)) {
		room, flat = []string{"."}, nil // what the build has made is root's as well
	}
	elsewhere := r.dir != s.stage.Workdir().Text // a script goes there, and nothing shows that it exists
	for _, name := range room {
		given = append(given, writable{path: path.Join(r.dir, name), create: name != "." || elsewhere})
	}
	for _, name := range flat {
		given = append(given, writable{path: path.Join(r.dir, name), create: name != "." || elsewhere, flat: true})
	}
	return given
}

// generated are directories that tools of JavaScript make where they are started.
var generated = []string{".next", ".nuxt", ".output", ".angular", ".astro", ".svelte-kit", ".cache", ".parcel-cache", ".vite", ".turbo", ".nx", ".strapi", "dist", "build", "node_modules"}

// sendsGenerated reports whether the build may copy directories that an earlier
// start made on the machine that builds. unknown is the answer where it is not
// known what is sent.
func (s *imageCheck) sendsGenerated(unknown bool) bool {
	ctx, known := s.pass.Topology().Context(s.pass.File.Path)
	if !known {
		return unknown
	}
	return slices.ContainsFunc(generated, ctx.Sends)
}

// buildsHere reports whether a step of the stage runs a script that builds, so
// that there are directories of root's that a development server writes to.
func (s *imageCheck) buildsHere() bool {
	for _, st := range build.Of(s.pass.File).Steps("RUN") {
		if build.InChain(s.stage, st.Stage) && slices.ContainsFunc(st.Commands, func(c build.Command) bool {
			return c.Install == nil && len(c.Call()) > 0 && build.ReadStart(c.Call()).Kind != build.StartsPlainly
		}) {
			return true
		}
	}
	return false
}
