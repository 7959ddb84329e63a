package dockerfile

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"oakum/fixer/build"
	"oakum/fixer/dockerfile"
	"oakum/fixer/image"
	"oakum/fixer/text"
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
					return fmt.Sprintf("line %d installs %s, which works with the kernel and needs root; if the program can do without, take it out and add USER with a number", c.Line, name)
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

// writesAtStart says which command writes, as soon as it starts, into a folder
// that would stay root's, or "". Scripts of package.json other than build are
// not known.
func (s *imageCheck) writesAtStart() string {
	dir := s.stage.Workdir()
	done := s.settledByCommand()
	if webapps := "/usr/local/tomcat/webapps"; s.profile.Entry != nil && s.profile.Entry.ID == "tomcat" && !done.hold(webapps) {
		for _, i := range s.stage.Instructions {
			if n := len(i.Words); n > 1 && s.fills(i, webapps) && strings.HasSuffix(i.Words[n-2].Value, ".war") {
				return fmt.Sprintf("Tomcat unpacks the archive that line %d copies beside it: give %s to the user (RUN chown, without -R), then add USER", i.Line, webapps)
			}
		}
	}
	if dir.Text != "" && done.hold(dir.Text) {
		return ""
	}
	for _, c := range s.commands() {
		if what := writes(c); what != "" {
			return fmt.Sprintf("%s on line %d runs %s, which writes into the folder it is called in, %s: do that while the image is built, or give the folder itself to the user (RUN chown), then add USER", c.At.Keyword, c.At.Line, what, cmp.Or(dir.Text, "/"))
		}
	}
	for _, v := range servicesOf(s.pass, s.stage) {
		for _, key := range []string{"entrypoint", "command"} {
			node := v.Setting(key).Node
			c := dockerfile.CommandLine{Args: node.Texts()}
			if text := node.Text(); text != "" {
				c = dockerfile.CommandLine{Args: []string{text}, Shell: true}
			}
			if what := writes(c); what != "" {
				return fmt.Sprintf("%s in %s runs %s, which writes into the folder it is called in: give that to the user, or mount one that the user owns, then add USER", v.Name, v.File, what)
			}
		}
	}
	return ""
}

// writes returns the first command of a line that builds or installs in its
// folder, as far as its words show, or "".
func writes(c dockerfile.CommandLine) string {
	for _, words := range build.Started(c) {
		if what := writing(words); what != "" {
			return what
		}
	}
	return ""
}

func writing(words []string) string {
	name := strings.TrimSuffix(path.Base(words[0]), "w") // mvnw, gradlew
	var args []string
	for _, w := range words[1:] {
		if !strings.HasPrefix(w, "-") {
			args = append(args, w)
		}
	}
	sub := ""
	if len(args) > 0 {
		sub = args[0]
	}
	is := func(subs ...string) bool { return slices.Contains(subs, sub) }
	found := false
	switch name {
	case "cargo", "dotnet":
		found = is("run", "build", "test", "watch", "bench")
	case "mvn", "gradle", "sbt", "lein", "make", "build.sh":
		found = true
	case "composer":
		found = is("install", "update")
	case "npm", "pnpm", "bun", "yarn":
		if is("run", "run-script") && len(args) > 1 {
			sub = "run " + args[1]
		}
		found = is("install", "i", "ci", "clean-install", "build", "run build") || name == "yarn" && len(words) == 1
	case "celery": // beat keeps its schedule in a file
		file := slices.ContainsFunc(words, func(w string) bool { return w == "-s" || strings.HasPrefix(w, "--schedule") })
		switch {
		case file:
		case slices.Contains(words, "beat"):
			found, sub = true, "beat"
		case slices.Contains(words, "-B"), slices.Contains(words, "--beat"):
			found, sub = true, "with -B"
		}
	}
	if !found {
		return ""
	}
	return strings.TrimSpace(path.Base(words[0]) + " " + sub)
}
